/** The text of a file beside a module. */
declare module '*?raw' {
  const text: string;
  export default text;
}
