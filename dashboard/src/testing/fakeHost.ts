import type { Host, HostState, Notice } from "../host/host";

/** A Dashboard that remembers what the page told it. */
export class FakeHost implements Host {
  redirects: string[] = [];
  routes: string[] = [];
  notices: Notice[] = [];
  heights: number[] = [];
  refreshes = 0;
  staleTokens: string[] = [];
  private readonly listeners = new Set<() => void>();
  private state: HostState;

  constructor(
    state: Partial<HostState> = {},
    private token: string | null = "token-1",
    private readonly nextTokens: (string | null)[] = [],
  ) {
    this.state = {
      connection: "ready",
      appId: "QXBwOjE=",
      theme: "light",
      locale: "en",
      permissions: ["MANAGE_ORDERS", "HANDLE_PAYMENTS", "MANAGE_PRODUCTS"],
      ...state,
    };
  }

  getState = () => this.state;
  getToken = () => this.token;

  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };

  change(part: Partial<HostState>) {
    this.state = { ...this.state, ...part };
    this.listeners.forEach((listener) => listener());
  }

  renewToken = (stale: string) => {
    this.staleTokens.push(stale);
    const next = this.nextTokens.shift() ?? null;
    if (next !== null) this.token = next;
    return Promise.resolve(next);
  };

  redirect = (to: string) => void this.redirects.push(to);
  updateRouting = (route: string) => {
    this.routes.push(route);
    return Promise.resolve();
  };
  notify = (notice: Notice) => void this.notices.push(notice);
  resize = (height: number) => void this.heights.push(height);
  refreshEntity = () => void this.refreshes++;
}
