/** Folders that systems and programs leave: they are no classes, and need not be readable. */
const FOLDERS: ReadonlySet<string> = new Set([
  "lost+found",
  "@eadir",
  "#recycle",
  "#snapshot",
  "__macosx",
  "$recycle.bin",
  "system volume information",
  "__pycache__",
]);

/** Files that they leave beside images. */
const FILES: ReadonlySet<string> = new Set([
  "thumbs.db",
  "ehthumbs.db",
  "ehthumbs_vista.db",
  "desktop.ini",
  "picasa.ini",
  "icon\r",
  "zbthumbnail.info",
]);

/** Whether a name is of something that no one put there as data. Names that begin with a point are left aside everywhere. */
export const isJunk = (name: string): boolean => {
  const lower = name.toLowerCase();
  return FOLDERS.has(lower) || FILES.has(lower);
};
