import { expect, it } from "vitest";

import { ensureRandomUuid } from "./secureContext";

it("makes version 4 UUIDs where the browser has none", () => {
  const bare = {
    getRandomValues: (bytes: Uint8Array) => bytes.fill(255),
  } as unknown as Crypto;
  ensureRandomUuid(bare);
  expect(bare.randomUUID()).toBe("ffffffff-ffff-4fff-bfff-ffffffffffff");
});

it("leaves the browser's own alone", () => {
  const own = () => "own" as ReturnType<Crypto["randomUUID"]>;
  const able = { randomUUID: own } as Crypto;
  ensureRandomUuid(able);
  expect(able.randomUUID).toBe(own);
});
