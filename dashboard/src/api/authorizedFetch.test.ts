import { expect, it } from "vitest";

import { EXPIRED, FakeApi } from "../testing/fakeApi";
import { FakeHost } from "../testing/fakeHost";
import { authorizedFetch } from "./authorizedFetch";

const REQUEST = { method: "POST", body: JSON.stringify({ operationName: "Ask" }) };
const FINE = { data: { fine: true } };

function expiredAt(seconds: number) {
  return `head.${Buffer.from(JSON.stringify({ exp: seconds })).toString("base64url")}.signature`;
}

async function ask(api: FakeApi, host: FakeHost) {
  const response = await authorizedFetch(host, api.fetch)("/graphql/", REQUEST);
  return response.json();
}

const tokensOf = (api: FakeApi) => api.asked.map(({ authorization }) => authorization);

it("sends the token as a header", async () => {
  const api = new FakeApi({ Ask: FINE });
  expect(await ask(api, new FakeHost())).toEqual(FINE);
  expect(tokensOf(api)).toEqual(["Bearer token-1"]);
});

it("sends no header without a token", async () => {
  const api = new FakeApi({ Ask: FINE });
  await ask(api, new FakeHost({}, null));
  expect(tokensOf(api)).toEqual([null]);
});

it("repeats the request once with another token", async () => {
  const api: FakeApi = new FakeApi({
    Ask: () => (api.asked.length === 1 ? { errors: [EXPIRED] } : FINE),
  });
  expect(await ask(api, new FakeHost({}, "token-1", ["token-2"]))).toEqual(FINE);
  expect(tokensOf(api)).toEqual(["Bearer token-1", "Bearer token-2"]);
});

it("gives up when the Dashboard has no other token", async () => {
  const api = new FakeApi({ Ask: { errors: [EXPIRED] } });
  const host = new FakeHost();
  expect(await ask(api, host)).toEqual({ errors: [EXPIRED] });
  expect(tokensOf(api)).toEqual(["Bearer token-1"]);
  expect(host.staleTokens).toEqual(["token-1"]);
});

it("does not repeat a second time", async () => {
  const api = new FakeApi({ Ask: { errors: [EXPIRED] } });
  await ask(api, new FakeHost({}, "token-1", ["token-2", "token-3"]));
  expect(tokensOf(api)).toEqual(["Bearer token-1", "Bearer token-2"]);
});

it("asks for a token before it sends one that has ended", async () => {
  const api = new FakeApi({ Ask: FINE });
  await ask(api, new FakeHost({}, expiredAt(1), ["token-2"]));
  expect(tokensOf(api)).toEqual(["Bearer token-2"]);
});

it("repeats nothing after another error", async () => {
  const api = new FakeApi({ Ask: { errors: [{ message: "No." }] } });
  const host = new FakeHost();
  await ask(api, host);
  expect(tokensOf(api)).toEqual(["Bearer token-1"]);
  expect(host.staleTokens).toEqual([]);
});
