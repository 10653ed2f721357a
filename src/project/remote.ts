/** `host/owner/repo`, or where on this machine (or a share) the remote is. */
export type Remote =
  | { readonly kind: 'host'; readonly identity: string }
  | { readonly kind: 'path'; readonly path: string };

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const onHost = (host: string, path: string): Remote | null => {
  const parts = decoded(path)
    .split('/')
    .filter((part) => part !== '');
  const last = parts.pop()?.replace(/\.git$/i, '');
  if (host === '' || last === undefined) return null;
  const identity = [host.toLowerCase(), ...parts, ...(last === '' ? [] : [last])].join('/');
  return identity.length > 1_000 || !identity.includes('/') ? null : { kind: 'host', identity };
};

/**
 * What git would talk to, without scheme, user, password, port, query and `.git`: the same repository over https and over ssh is one.
 * Null for what is no address, such as a remote helper's.
 */
export const parseRemote = (text: string): Remote | null => {
  const url = text.trim();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: an address with control characters is what this refuses.
  if (url === '' || url.length > 4_096 || /[\u0000-\u001f\u007f]/.test(url) || /^[a-z0-9+.-]+::/i.test(url))
    return null;
  if (/^file:/i.test(url)) {
    const path = decoded(url.replace(/^file:(?:\/\/(?:localhost)?(?=\/))?/i, ''));
    return { kind: 'path', path: path.replace(/^\/(?=[A-Za-z]:)/, '') };
  }
  const scheme = /^[a-z][a-z0-9+.-]*:\/\/(?:[^@/?#]*@)?(\[[^\]]*\]|[^:/?#]*)(?::\d*)?(?:\/([^?#]*))?/i.exec(url);
  if (scheme !== null) return onHost(scheme[1] ?? '', scheme[2] ?? '');
  if (/^[A-Za-z]:[\\/]/.test(url)) return { kind: 'path', path: url };
  // `user@host:path`; git takes it for a path when a slash comes before the colon.
  const short = /^(?:[^@/:]*@)?(\[[^\]]*\]|[^/:@]+):(.*)$/.exec(url);
  if (short !== null) return onHost(short[1] ?? '', short[2] ?? '');
  return { kind: 'path', path: url };
};
