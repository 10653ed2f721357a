const newline = 0x0a;
const keptOfOverlong = 1024;

export interface LineSink {
  readonly line: (text: string) => void;
  /** The start and the end of a line beyond the limit; the rest was dropped. */
  readonly overlong: (head: string, tail: string) => void;
}

export interface LineReader {
  readonly push: (chunk: Buffer) => void;
  /** Hands over what stands after the last newline. */
  readonly end: () => void;
}

/** Cuts a byte stream into lines and holds no more than `limit` bytes of one. */
export const createLineReader = (limit: number, sink: LineSink): LineReader => {
  let parts: Buffer[] = [];
  let size = 0;
  let head: string | null = null;

  const take = (piece: Buffer): void => {
    if (piece.length === 0) return;
    parts.push(piece);
    size += piece.length;
    if (size <= limit) return;
    const all = Buffer.concat(parts);
    head ??= all.toString('utf8', 0, keptOfOverlong);
    parts = [Buffer.from(all.subarray(-keptOfOverlong))];
    // Stays beyond the limit until the newline comes, so that every further piece is folded away here.
    size = limit + 1;
  };

  const flush = (): void => {
    const whole = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
    const text = whole.toString('utf8').trim();
    const started = head;
    parts = [];
    size = 0;
    head = null;
    if (started !== null) sink.overlong(started, text);
    else if (text !== '') sink.line(text);
  };

  return {
    push: (chunk) => {
      let start = 0;
      for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, start)) {
        take(chunk.subarray(start, at));
        flush();
        start = at + 1;
      }
      take(chunk.subarray(start));
    },
    end: flush,
  };
};
