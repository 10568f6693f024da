// Makes Notary Project envelopes with notation-core-go, for the interop tests: the notation CLI cannot be had everywhere.
//
// The argument is a request as JSON; the answer, JSON as well, has the envelope and its certificates.
package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"fmt"
	"log"
	"math/big"
	"net/http"
	"os"
	"time"

	"github.com/notaryproject/notation-core-go/signature"
	_ "github.com/notaryproject/notation-core-go/signature/cose"
	_ "github.com/notaryproject/notation-core-go/signature/jws"
	"github.com/notaryproject/tspclient-go"
)

type request struct {
	MediaType string `json:"mediaType"`
	Payload   string `json:"payload"`
	// Without it, the scheme is notary.x509.
	IsAuthority bool `json:"isAuthority"`
	// P-256, P-384, P-521, RSA-2048, RSA-3072 or RSA-4096.
	Key string `json:"key"`
	// Authorities above the signer; 0 makes a certificate that signs itself.
	Authorities int        `json:"authorities"`
	NotBefore   *time.Time `json:"notBefore"`
	NotAfter    *time.Time `json:"notAfter"`
	SigningTime *time.Time `json:"signingTime"`
	Expiry      *time.Time `json:"expiry"`
	Attributes  []struct {
		Key      string `json:"key"`
		Value    any    `json:"value"`
		Critical bool   `json:"critical"`
	} `json:"attributes"`
	Timestamp *struct {
		URL  string `json:"url"`
		Root []byte `json:"root"`
	} `json:"timestamp"`
	// With it, an envelope is verified as notation does it first, and none is made.
	Verify []byte `json:"verify"`
}

type answer struct {
	Envelope []byte   `json:"envelope,omitempty"`
	Chain    [][]byte `json:"chain,omitempty"`
	Error    string   `json:"error,omitempty"`
}

func main() {
	var req request
	if err := json.Unmarshal([]byte(os.Args[1]), &req); err != nil {
		log.Fatal(err)
	}
	var ans answer
	var err error
	if req.Verify != nil {
		err = verify(req)
	} else {
		ans, err = sign(req)
	}
	if err != nil {
		ans.Error = err.Error()
	}
	if err := json.NewEncoder(os.Stdout).Encode(ans); err != nil {
		log.Fatal(err)
	}
}

func verify(req request) error {
	envelope, err := signature.ParseEnvelope(req.MediaType, req.Verify)
	if err != nil {
		return err
	}
	_, err = envelope.Verify()
	return err
}

func sign(req request) (answer, error) {
	chain, key, err := makeChain(req)
	if err != nil {
		return answer{}, err
	}
	signer, err := signature.NewLocalSigner(chain, key)
	if err != nil {
		return answer{}, err
	}
	signRequest := &signature.SignRequest{
		Payload:       signature.Payload{ContentType: "application/vnd.cncf.notary.payload.v1+json", Content: []byte(req.Payload)},
		Signer:        signer,
		SigningTime:   or(req.SigningTime, time.Now().Add(-time.Minute)),
		Expiry:        or(req.Expiry, time.Time{}),
		SigningAgent:  "notation-signer",
		SigningScheme: signature.SigningSchemeX509,
	}
	if req.IsAuthority {
		signRequest.SigningScheme = signature.SigningSchemeX509SigningAuthority
	}
	for _, one := range req.Attributes {
		attribute := signature.Attribute{Key: one.Key, Value: one.Value, Critical: one.Critical}
		signRequest.ExtendedSignedAttributes = append(signRequest.ExtendedSignedAttributes, attribute)
	}
	if req.Timestamp != nil {
		root, err := x509.ParseCertificate(req.Timestamp.Root)
		if err != nil {
			return answer{}, err
		}
		signRequest.TSARootCAs = x509.NewCertPool()
		signRequest.TSARootCAs.AddCert(root)
		signRequest.Timestamper, err = tspclient.NewHTTPTimestamper(&http.Client{Timeout: time.Minute}, req.Timestamp.URL)
		if err != nil {
			return answer{}, err
		}
	}
	envelope, err := signature.NewEnvelope(req.MediaType)
	if err != nil {
		return answer{}, err
	}
	content, err := envelope.Sign(signRequest)
	if err != nil {
		return answer{}, err
	}
	ans := answer{Envelope: content}
	for _, certificate := range chain {
		ans.Chain = append(ans.Chain, certificate.Raw)
	}
	return ans, nil
}

// The signer first, the root last.
func makeChain(req request) ([]*x509.Certificate, crypto.Signer, error) {
	from, to := or(req.NotBefore, time.Now().Add(-time.Hour)), or(req.NotAfter, time.Now().Add(time.Hour))
	var chain []*x509.Certificate
	var issuerKey crypto.Signer
	for place := req.Authorities; place >= 0; place-- {
		template := &x509.Certificate{
			SerialNumber: big.NewInt(int64(place + 1)),
			Subject:      subject(place),
			NotBefore:    from,
			NotAfter:     to,
			KeyUsage:     x509.KeyUsageDigitalSignature,
			ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning},
		}
		if place > 0 {
			template.BasicConstraintsValid, template.IsCA = true, true
			template.MaxPathLen, template.MaxPathLenZero = place-1, true
			template.KeyUsage, template.ExtKeyUsage = x509.KeyUsageCertSign, nil
		}
		key, err := makeKey(req.Key)
		if err != nil {
			return nil, nil, err
		}
		issuer := template
		if len(chain) > 0 {
			issuer = chain[0]
		} else {
			issuerKey = key
		}
		raw, err := x509.CreateCertificate(rand.Reader, template, issuer, key.Public(), issuerKey)
		if err != nil {
			return nil, nil, err
		}
		certificate, err := x509.ParseCertificate(raw)
		if err != nil {
			return nil, nil, err
		}
		chain = append([]*x509.Certificate{certificate}, chain...)
		issuerKey = key
	}
	return chain, issuerKey, nil
}

func subject(place int) pkix.Name {
	name := "signer"
	if place > 0 {
		name = fmt.Sprintf("authority %d", place)
	}
	return pkix.Name{Country: []string{"US"}, Province: []string{"WA"}, Organization: []string{"acme"}, CommonName: name}
}

func makeKey(name string) (crypto.Signer, error) {
	switch name {
	case "", "P-256":
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "P-384":
		return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case "P-521":
		return ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	case "RSA-2048":
		return rsa.GenerateKey(rand.Reader, 2048)
	case "RSA-3072":
		return rsa.GenerateKey(rand.Reader, 3072)
	case "RSA-4096":
		return rsa.GenerateKey(rand.Reader, 4096)
	}
	return nil, fmt.Errorf("key %q is not known", name)
}

func or(given *time.Time, other time.Time) time.Time {
	if given == nil {
		return other
	}
	return *given
}
