import { deepEqual } from '../base/deep.ts';
import { type Core } from './core.ts';

/** Things of the network that are nothing but what was asked for: routes and traffic. */
export class Registry<T extends { readonly name: string }> {
  readonly #requests = new Map<string, T>();

  constructor(
    private readonly core: Core,
    /** Prefix of their saved entries. */
    private readonly prefix: string,
    /** Called after one has come, changed or gone. */
    private readonly changed: () => void,
  ) {}

  get size(): number {
    return this.#requests.size;
  }

  get(name: string): T | undefined {
    return this.#requests.get(name);
  }

  /** In no particular order. */
  all(): Iterable<T> {
    return this.#requests.values();
  }

  ensure(request: T): void {
    if (deepEqual(this.#requests.get(request.name), request)) return;
    this.#requests.set(request.name, request);
    this.core.dirty.mark(this.prefix + request.name, () => request);
    this.changed();
  }

  remove(name: string): void {
    if (!this.#requests.delete(name)) return;
    this.core.dirty.remove(this.prefix + name);
    this.changed();
  }

  restore(request: T): void {
    this.#requests.set(request.name, request);
  }
}
