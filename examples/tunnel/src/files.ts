// What the tunnel carries: a directory of files, the same in every run, and the HTTP server that serves it.

import { createCipheriv, createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat, writeFile } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

export interface File {
  readonly name: string;
  readonly size: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** Writes files of 1 B to 16 MiB, as many small ones as large ones, that together have exactly `total` bytes. */
export async function makeFiles(directory: string, total: number): Promise<File[]> {
  const random = createCipheriv("aes-128-ctr", Buffer.alloc(16, "streams"), Buffer.alloc(16));
  const bytes = (size: number): Buffer => random.update(Buffer.alloc(size));
  const files: File[] = [];
  let left = total;
  const add = async (size: number): Promise<void> => {
    const name = `${String(files.length).padStart(4, "0")}.bin`;
    const content = bytes(size);
    await writeFile(join(directory, name), content);
    files.push({ name, size, sha256: createHash("sha256").update(content).digest("hex") });
    left -= size;
  };
  const largest = Math.min(16 * 1024 * 1024, Math.floor(total / 4));
  await add(1);
  await add(largest);
  while (left > 0) {
    const size = Math.floor(largest ** (bytes(4).readUInt32BE() / 2 ** 32));
    await add(Math.min(size, left));
  }
  return files;
}

/** An HTTP server for the files of one directory, without its subdirectories. It does not listen. */
export function serveDirectory(directory: string): Server {
  return createServer((request, response) => {
    answer(directory, request.url ?? "/", response).catch(() => response.destroy());
  });
}

async function answer(directory: string, url: string, response: ServerResponse): Promise<void> {
  const name = decodeURIComponent(url.slice(1));
  const names = await readdir(directory);
  if (name === "") {
    response.end(`${names.join("\n")}\n`);
  } else if (names.includes(name)) {
    const path = join(directory, name);
    response.writeHead(200, { "content-length": (await stat(path)).size });
    await pipeline(createReadStream(path, { highWaterMark: 256 * 1024 }), response);
  } else {
    response.writeHead(404).end(`No file is called that. Known are:\n${names.join("\n")}\n`);
  }
}
