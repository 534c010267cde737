// Children must not outlive their parent: whatever lives when this process exits is killed. (A parent that is killed itself cannot do
// that; its children read the end of their input.)

import type { ChildProcess } from "node:child_process";

const children = new Set<ChildProcess>();

export function rememberChild(child: ChildProcess): void {
  if (children.size === 0) process.on("exit", killAll);
  children.add(child);
}

export function forgetChild(child: ChildProcess): void {
  children.delete(child);
  if (children.size === 0) process.off("exit", killAll);
}

function killAll(): void {
  for (const child of children) child.kill();
}
