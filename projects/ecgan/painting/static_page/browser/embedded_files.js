// Files inside the page: pages from a disk may not fetch any.

// Content of a file that `embed` was called with: base64 of parts of it, compressed by gzip.
export async function unpack(parts) {
  if (!parts) throw new Error("a file of the folder data/ is missing");
  if (!globalThis.DecompressionStream)
    throw new Error("this browser is too old: Chrome 103, Firefox 114, Safari 16.4 and later do");
  const packed = new Blob(parts.map(fromBase64)).stream();
  return new Uint8Array(
    await new Response(packed.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer(),
  );
}

export function fromBase64(text) {
  const characters = atob(text), bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}

// Address of a script that is in the page.
export function scriptAddress(...texts) {
  return URL.createObjectURL(new Blob(texts, { type: "text/javascript" }));
}
