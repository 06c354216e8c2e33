import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { connect, type Host } from "./host";

const DASHBOARD = "https://dashboard.example.com";

interface Message {
  type: string;
  payload: Record<string, unknown>;
}

let sent: Message[];
let host: Host;

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  Object.defineProperty(document, "referrer", { value: `${DASHBOARD}/orders/1`, configurable: true });
  const parent = { postMessage: (message: Message) => sent.push(message) };
  vi.spyOn(window, "parent", "get").mockReturnValue(parent as unknown as Window);
  window.history.replaceState(
    null,
    "",
    "/app/order-widget?id=QXBwOjE%3D&theme=dark&locale=de&saleorApiUrl=https%3A%2F%2Fx%2Fgraphql%2F",
  );
  host = connect(window);
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function dashboardSays(type: string, payload: unknown, origin = DASHBOARD) {
  window.dispatchEvent(new MessageEvent("message", { data: { type, payload }, origin }));
}

function tokenWith(claims: unknown) {
  return `head.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.signature`;
}

const FIRST = tokenWith({ email: "a@example.com", permissions: ["MANAGE_ORDERS"] });
const SECOND = tokenWith({ email: "a@example.com", permissions: ["HANDLE_PAYMENTS"] });

const sentTypes = () => sent.map(({ type }) => type);

it("says that it is ready, and waits", () => {
  expect(sentTypes()).toEqual(["notifyReady"]);
  expect(host.getState()).toEqual({
    connection: "connecting",
    appId: "QXBwOjE=",
    theme: "dark",
    locale: "de",
    permissions: [],
  });
});

it("takes the token of the handshake", () => {
  dashboardSays("handshake", { token: FIRST, version: 1 });
  expect(host.getToken()).toBe(FIRST);
  expect(host.getState().connection).toBe("ready");
  expect(host.getState().permissions).toEqual(["MANAGE_ORDERS"]);
});

it("takes no token from another origin", () => {
  dashboardSays("handshake", { token: FIRST, version: 1 }, "https://evil.example.com");
  expect(host.getToken()).toBeNull();
  expect(host.getState().connection).toBe("connecting");
});

it("follows a new token, the theme and the language", () => {
  const changes = vi.fn();
  host.subscribe(changes);
  dashboardSays("handshake", { token: FIRST, version: 1 });
  dashboardSays("tokenRefresh", { token: SECOND });
  dashboardSays("theme", { theme: "light" });
  dashboardSays("localeChanged", { locale: "fr" });
  expect(host.getToken()).toBe(SECOND);
  expect(host.getState()).toMatchObject({
    theme: "light",
    locale: "fr",
    permissions: ["HANDLE_PAYMENTS"],
  });
  expect(changes).toHaveBeenCalledTimes(4);
});

it("says when the Dashboard stays silent", () => {
  vi.advanceTimersByTime(8000);
  expect(host.getState().connection).toBe("silent");
});

it("stays ready when the time is over", () => {
  dashboardSays("handshake", { token: FIRST, version: 1 });
  vi.advanceTimersByTime(8000);
  expect(host.getState().connection).toBe("ready");
});

it("asks for another token by saying again that it is ready", async () => {
  dashboardSays("handshake", { token: FIRST, version: 1 });
  const renewed = host.renewToken(FIRST);
  expect(sentTypes()).toEqual(["notifyReady", "notifyReady"]);
  dashboardSays("handshake", { token: SECOND, version: 1 });
  await expect(renewed).resolves.toBe(SECOND);
});

it("has no other token when the Dashboard repeats the stale one", async () => {
  dashboardSays("handshake", { token: FIRST, version: 1 });
  const renewed = host.renewToken(FIRST);
  dashboardSays("handshake", { token: FIRST, version: 1 });
  vi.advanceTimersByTime(8000);
  await expect(renewed).resolves.toBeNull();
});

it("does not ask when it has a newer token already", async () => {
  dashboardSays("handshake", { token: SECOND, version: 1 });
  await expect(host.renewToken(FIRST)).resolves.toBe(SECOND);
  expect(sentTypes()).toEqual(["notifyReady"]);
});

it("sends actions to the Dashboard", () => {
  host.redirect("/orders/1");
  host.notify({ status: "success", title: "Saved" });
  host.resize(120);
  host.refreshEntity();
  void host.updateRouting("/purchases/12");
  expect(sent.slice(1)).toEqual([
    { type: "redirect", payload: { to: "/orders/1", actionId: expect.any(String) } },
    {
      type: "notification",
      payload: { status: "success", title: "Saved", actionId: expect.any(String) },
    },
    { type: "widgetResize", payload: { height: 120, actionId: expect.any(String) } },
    { type: "refreshEntity", payload: { actionId: expect.any(String) } },
    { type: "updateRouting", payload: { newRoute: "/purchases/12", actionId: expect.any(String) } },
  ]);
});

it("sends no height of nothing", () => {
  host.resize(0);
  expect(sentTypes()).toEqual(["notifyReady"]);
});

it("keeps the token out of messages, storage and the address", () => {
  dashboardSays("handshake", { token: FIRST, version: 1 });
  host.redirect("/orders/1");
  expect(JSON.stringify(sent)).not.toContain(FIRST);
  expect(window.localStorage.length + window.sessionStorage.length).toBe(0);
  expect(window.location.href).not.toContain(FIRST);
});

it("is outside when the page has no frame around it", () => {
  vi.restoreAllMocks();
  const alone = connect(window);
  expect(alone.getState().connection).toBe("outside");
  expect(alone.getToken()).toBeNull();
});
