export const many = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));
export const json = (value: unknown, indent?: number) => Buffer.from(JSON.stringify(value, null, indent));
export const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');
export const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
