export function Component() {
  return <h1 className="poster">Veza</h1>;
}
