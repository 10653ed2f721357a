/** What a store can do beyond the contract. Callers ask these, never a backend's name. */
export interface Capabilities {
  /**
   * What an acknowledged write survives. `power_loss`: flushed to the disk before the answer; `process_kill`: handed to the
   * operating system or the server. Printed by `doctor`.
   */
  readonly durability: 'power_loss' | 'process_kill' | 'none';
  /** Whether `backup` can copy a store in use. Default false: the `backup` command then names the database's own tool. */
  readonly onlineBackup: boolean;
}
