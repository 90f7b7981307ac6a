// What this tab remembers until it is closed. In another site's frame, or where storage is off, it remembers nothing and goes on.
export function recall(key) {
  try { return sessionStorage.getItem(key); } catch { return null; }
}

export function remember(key, value) {
  try { sessionStorage.setItem(key, value); } catch { /* not here */ }
}
