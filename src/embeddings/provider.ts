/** Turns texts into vectors of one length. Texts and keys never reach a log or a message. */
export interface EmbeddingProvider {
  /** Of the model: vectors of different ids are never compared. */
  readonly id: string;
  /** Null until the model has answered. */
  readonly dimensions: number | null;
  /** Texts that fit one call. */
  readonly batch: number;
  /** In the order of the texts. Throws an `AppError` that says what the operator can do. */
  embed(texts: readonly string[]): Promise<readonly Float32Array[]>;
}

export interface HttpSettings {
  readonly kind: 'http';
  /** What stands before `/embeddings`. */
  readonly url: string;
  readonly model: string;
  readonly key: string | null;
}

export interface PackageSettings {
  readonly kind: 'package';
  readonly name: PackageName;
  /** Null: the one that the package is known for. */
  readonly model: string | null;
}

export const packageNames = ['@huggingface/transformers', 'fastembed', '@energetic-ai/embeddings'] as const;
export type PackageName = (typeof packageNames)[number];

export type EmbeddingSettings = HttpSettings | PackageSettings;
