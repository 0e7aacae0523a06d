/** A component that renders again only when a property differs. */
import { Component, h, type ComponentType, type FunctionComponent } from 'preact';

export function memo<P extends object>(inner: FunctionComponent<P>): ComponentType<P> {
  return class Memo extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      const old = this.props as Record<string, unknown>;
      return Object.keys(next).some((key) => (next as Record<string, unknown>)[key] !== old[key]);
    }
    override render() { return h(inner as ComponentType<P>, this.props as P); }
  };
}
