import { singleTenantScope } from '../../src/auth/policy.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import type { Backend } from '../../src/storage/store.ts';
import { Caller } from './caller.ts';
import { asMember, memberScope } from './member.ts';
import type { Mode, Place, Target } from './target.ts';

/**
 * What one case plays on: an empty place and a handle on it, in one mode. In multi-tenant mode the case is played as one member of one
 * tenant and need not know: the records it writes are stamped with tenant, creator and visibility, and come back without.
 */
export class Stage extends Caller {
  readonly mode: Mode;
  readonly scope: TenantScope;
  readonly #target: Target;
  readonly #place: Place;
  readonly #handles = new Set<Backend>();
  #bare: Backend;
  #store: Backend;

  private constructor(target: Target, mode: Mode, place: Place, bare: Backend) {
    super();
    this.mode = mode;
    this.scope = mode === 'single' ? singleTenantScope : memberScope;
    this.#target = target;
    this.#place = place;
    this.#bare = bare;
    this.#store = this.#dress(bare);
  }

  static async set(target: Target, mode: Mode = 'single'): Promise<Stage> {
    const place = await target.place();
    const bare = await place.handle(mode);
    const stage = new Stage(target, mode, place, bare);
    stage.#handles.add(bare);
    await bare.open();
    return stage;
  }

  #dress(store: Backend): Backend {
    return this.mode === 'single' ? store : asMember(store);
  }

  get store(): Backend {
    return this.#store;
  }

  /** The store as it is: records go in and out untouched. */
  get bare(): Backend {
    return this.#bare;
  }

  /** The same data in the hands of somebody else, with records as they are. */
  as(scope: TenantScope): Caller {
    return new SomebodyElse(this, scope);
  }

  /** One more handle on the same data. */
  async anotherHandle(): Promise<Backend> {
    return this.#dress(await this.#open(this.mode));
  }

  /** Lets somebody use the data in the other mode, while nobody else has it open. */
  async inOtherMode(use: (store: Backend) => Promise<void>): Promise<void> {
    await this.#closeAll();
    await use(await this.#open(this.mode === 'single' ? 'multi' : 'single'));
    await this.reopen();
  }

  async #open(mode: Mode): Promise<Backend> {
    const store = await this.#place.handle(mode);
    this.#handles.add(store);
    await store.open();
    return store;
  }

  /**
   * Plays on another place of the same kind, empty at first and struck at the end, before anything is kept on this one: of a server with
   * one database it is the same, emptied again.
   */
  async elsewhere<T>(play: (other: Stage) => Promise<T>): Promise<T> {
    const other = await Stage.set(this.#target, this.mode);
    try {
      return await play(other);
    } finally {
      await other.strike();
    }
  }

  /** Closes every handle and opens the place again, as the next process would. */
  async reopen(): Promise<void> {
    await this.#closeAll();
    this.#take(await this.#open(this.mode));
  }

  /** From now on the case plays on a backup. */
  async moveToBackup(path: string): Promise<void> {
    await this.#closeAll();
    const store = await this.#place.handleOnBackup?.(path, this.mode);
    if (store === undefined) throw new Error('the place cannot open the backup that the store made');
    this.#handles.add(store);
    await store.open();
    this.#take(store);
  }

  #take(store: Backend): void {
    this.#bare = store;
    this.#store = this.#dress(store);
  }

  async strike(): Promise<void> {
    await this.#closeAll();
    await this.#place.destroy();
  }

  async #closeAll(): Promise<void> {
    const handles = [...this.#handles];
    this.#handles.clear();
    for (const handle of handles) await handle.close();
  }
}

class SomebodyElse extends Caller {
  readonly scope: TenantScope;
  readonly #stage: Stage;

  constructor(stage: Stage, scope: TenantScope) {
    super();
    this.#stage = stage;
    this.scope = scope;
  }

  get store(): Backend {
    return this.#stage.bare;
  }
}
