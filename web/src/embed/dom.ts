/* Elements by hand: the frame has no room for a framework. */

type Props = Record<string, string | number | boolean | undefined>;

function fill<E extends Element>(element: E, props: Props, children: (Node | string)[]): E {
  for (const [name, value] of Object.entries(props)) if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : String(value));
  element.append(...children);
  return element;
}

export const el = <K extends keyof HTMLElementTagNameMap>(tag: K, props: Props = {}, ...children: (Node | string)[]): HTMLElementTagNameMap[K] =>
  fill(document.createElement(tag), props, children);

export const svg = (viewBox: string, props: Props, ...paths: Props[]): SVGElement => {
  const make = (tag: string, attributes: Props, children: Node[] = []) => fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
  return make('svg', { viewBox, 'aria-hidden': 'true', ...props }, paths.map((path) => make('path', path))) as SVGElement;
};

export const icons = {
  play: () => svg('0 0 24 24', { class: 'icon-play' }, { d: 'M6 3.5v17l14-8.5z' }),
  pause: () => svg('0 0 24 24', { class: 'icon-pause' }, { d: 'M6 4h4v16H6zM14 4h4v16h-4z' }),
  logo: () => svg('0 0 32 32', { class: 'logo' }, { d: 'M4 5v12M10 9v15M16 15v14M22 9v15M28 5v12' }),
};
