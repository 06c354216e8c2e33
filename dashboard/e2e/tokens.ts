import { createSign } from "node:crypto";
import { readFileSync } from "node:fs";

import { shop } from "./shop";

const decode = (part: string) =>
  JSON.parse(Buffer.from(part, "base64url").toString()) as Record<string, unknown>;
const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString("base64url");

/** The same token, but it expires so many seconds from now. Saleor's own key signs it. */
export function expireIn(token: string, seconds: number): string {
  const [header = "", payload = ""] = token.split(".");
  const claims = { ...decode(payload), exp: Math.floor(Date.now() / 1000) + seconds };
  const content = `${header}.${encode(claims)}`;
  const signature = createSign("RSA-SHA256")
    .update(content)
    .sign(readFileSync(shop.privateKeyFile), "base64url");
  return `${content}.${signature}`;
}
