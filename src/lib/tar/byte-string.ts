/**
 * File names and link targets are bytes to Linux, not text. Here they are strings with one character per byte
 * (latin1), so that they can be split and compared like any string and no name is changed on its way through.
 */
export type ByteString = string & { readonly __byteString: unique symbol };

export function byteString(bytes: Uint8Array): ByteString {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1') as ByteString;
}

/** The bytes of `text` in UTF-8. */
export function byteStringOf(text: string): ByteString {
  return byteString(Buffer.from(text));
}

export function bytesOf(string: ByteString | string): Buffer {
  return Buffer.from(string, 'latin1');
}

/** For messages: as UTF-8 text, where it is that. */
export function textOf(string: ByteString | string): string {
  return bytesOf(string).toString();
}
