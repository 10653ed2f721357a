/**
 * One spelling for a folder however it was written: forward slashes, no end slash, `C:\x`, `\\?\C:\x` and WSL's `/mnt/c/x` as `c:/x`,
 * a WSL share (`\\wsl.localhost\Ubuntu\home`) as the path inside.
 */
export const normalizePath = (text: string): string => {
  const windows = /^(?:[A-Za-z]:(?=[\\/]|$)|\\\\)/.test(text);
  const slashed = (windows ? text.replaceAll('\\', '/') : text)
    .replace(/^\/\/[?.]\//, '')
    .replace(/^\/\/(?:wsl\$|wsl\.localhost)\/[^/]+(?=\/|$)/i, '')
    .replace(/^\/mnt\/([A-Za-z])(?=\/|$)/, '$1:')
    .replace(/^([A-Za-z]):(?=\/|$)/, (drive) => drive.toLowerCase());
  const share = /^\/\/[^/]/.test(slashed) ? '/' : '';
  const trimmed = share + slashed.replace(/\/{2,}/g, '/').replace(/(?<=[^/])\/+$/, '');
  return /^[a-z]:$/.test(trimmed) || trimmed === '' ? `${trimmed}/` : trimmed;
};

/** Where this machine finds a folder that was written for Windows or for WSL. */
export const localPath = (text: string, platform: NodeJS.Platform): string => {
  const path = normalizePath(text);
  const drive = /^([a-z]):\/(.*)$/.exec(path);
  if (drive === null) return text;
  return platform === 'win32' ? path : `/mnt/${drive[1] ?? ''}/${drive[2] ?? ''}`;
};

/** Begins at a root, in the manner of either system. */
export const isRooted = (text: string): boolean => /^(?:\/|\\\\|[A-Za-z]:[\\/])/.test(text);
