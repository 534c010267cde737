// The file of a Unix socket server: made for its owner alone, taken over from the dead, removed at the end.

import type { Stats } from "node:fs";
import { chmod, link, lstat, mkdtemp, rm, unlink } from "node:fs/promises";
import { connect, type Server } from "node:net";
import { dirname, join } from "node:path";
import { isStreamsError, StreamsError } from "streams-core";
import { printable, printableUrl, urlOf } from "streams-core/kit";
import { listening } from "./listening.js";

/** `sun_path` holds 108 bytes on Linux and 104 elsewhere, one of them for the end; Node cuts what is longer. */
const LONGEST_PATH = process.platform === "linux" ? 107 : 103;

/** The path that the URL names. @throws ERR_OPTION_INVALID */
export function socketPath(url: URL): string {
  const path = decode(urlOf(url).pathname);
  if (url.hostname !== "" || !path.startsWith("/") || path.endsWith("/") || path.includes("\0")) {
    throw new StreamsError(
      "ERR_OPTION_INVALID",
      `${printableUrl(url)} names no socket file; write it with three slashes, like ${url.protocol}///run/app.sock.`,
    );
  }
  checkLength(path);
  return path;
}

/**
 * Listens at the path. The returned function removes the file, if it is still this server's. The socket is made in a directory
 * that nobody else may enter, and linked to its place when it has its mode: there is no moment at which it is open to others.
 * @throws ERR_ADDRESS_IN_USE when a server listens there, or something that is no socket is there; ERR_OPTION_INVALID
 */
export async function serveSocketFile(server: Server, path: string): Promise<() => Promise<void>> {
  await clear(path);
  const directory = await privateDirectory(path);
  try {
    const made = join(directory, "s");
    checkLength(made);
    await listening(server, { path: made }, path);
    await chmod(made, 0o600);
    const file = await lstat(made);
    await link(made, path);
    return () => removeIfStill(path, file);
  } catch (error) {
    server.close();
    if (isErrno(error, "EEXIST")) throw inUse(path, "another server was faster", error);
    throw isStreamsError(error) ? error : cannotMake(dirname(path), error);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Removes what a dead server left at the path. */
async function clear(path: string): Promise<void> {
  const there = await lstat(path).catch(() => undefined);
  if (there === undefined) return;
  if (!there.isSocket()) throw inUse(path, "something that is no socket is there");
  const answer = await knock(path);
  if (isErrno(answer, "ECONNREFUSED")) await removeIfStill(path, there);
  else if (!isErrno(answer, "ENOENT")) throw inUse(path, "a server listens there", answer);
}

/** What connecting to the path fails with. */
function knock(path: string): Promise<unknown> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once("connect", () => {
      resolve(undefined);
      socket.destroy();
    });
    socket.on("error", resolve);
  });
}

async function privateDirectory(path: string): Promise<string> {
  try {
    return await mkdtemp(join(dirname(path), ".s"));
  } catch (cause) {
    throw cannotMake(dirname(path), cause);
  }
}

/** Others may have put their own there since. */
async function removeIfStill(path: string, file: Stats): Promise<void> {
  const now = await lstat(path).catch(() => undefined);
  if (now?.dev === file.dev && now.ino === file.ino) await unlink(path).catch(() => {});
}

function cannotMake(directory: string, cause: unknown): StreamsError {
  const why = isErrno(cause, "EPERM") ? "EPERM: has its file system no hard links?" : String(cause);
  return new StreamsError(
    "ERR_OPTION_INVALID",
    `Cannot make a socket in ${directory} (${printable(why)}); choose a directory that exists and that this user may write to.`,
    { cause },
  );
}

function checkLength(path: string): void {
  if (Buffer.byteLength(path) <= LONGEST_PATH) return;
  throw new StreamsError(
    "ERR_OPTION_INVALID",
    `The socket path ${path} is longer than the ${LONGEST_PATH} bytes that the system takes; choose a shorter one.`,
  );
}

function decode(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return "";
  }
}

function inUse(path: string, why: string, cause?: unknown): StreamsError {
  return new StreamsError(
    "ERR_ADDRESS_IN_USE",
    `Cannot serve at ${path}: ${why}. Stop or remove it, or choose another path.`,
    {
      cause,
    },
  );
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
