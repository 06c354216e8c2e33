import { actions, AppBridge } from "@saleor/app-sdk/app-bridge";

import { ensureRandomUuid } from "./secureContext";
import { readPermissions } from "./token";

export type Theme = "light" | "dark";

/**
 * - `outside`: the page was opened on its own.
 * - `connecting`: the page waits for the Dashboard's handshake.
 * - `silent`: the Dashboard did not answer in time.
 * - `ready`: the page has a token.
 */
export type Connection = "outside" | "connecting" | "silent" | "ready";

export interface HostState {
  connection: Connection;
  appId: string;
  theme: Theme;
  locale: string;
  permissions: readonly string[];
}

export interface Notice {
  status: "info" | "success" | "warning" | "error";
  title: string;
  text?: string;
}

/** The Dashboard, seen from a page in one of its frames. */
export interface Host {
  getState(): HostState;
  subscribe(listener: () => void): () => void;
  getToken(): string | null;
  /** A token other than the stale one; null if the Dashboard has none. */
  renewToken(stale: string): Promise<string | null>;
  /** Show another page of the Dashboard, by its path. */
  redirect(to: string): void;
  /** Tell the Dashboard which page of the app is shown, for its address bar. */
  updateRouting(route: string): Promise<void>;
  notify(notice: Notice): void;
  resize(height: number): void;
  refreshEntity(): void;
}

/** Milliseconds to wait for the Dashboard's first message, and for a new token. */
const PATIENCE = 8000;

export function connect(frame: Window = window): Host {
  if (frame.parent === frame) return outside();
  ensureRandomUuid();
  return new Connected(new AppBridge({ autoNotifyReady: false }));
}

class Connected implements Host {
  private state: HostState;
  private token: string | null = null;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly bridge: AppBridge) {
    this.state = {
      connection: "connecting",
      appId: bridge.getState().id,
      theme: bridge.getState().theme ?? "light",
      locale: bridge.getState().locale,
      permissions: [],
    };
    bridge.subscribe("handshake", ({ token }) => this.take(token));
    bridge.subscribe("tokenRefresh", ({ token }) => this.take(token));
    bridge.subscribe("theme", ({ theme }) => this.change({ theme }));
    bridge.subscribe("localeChanged", ({ locale }) => this.change({ locale }));
    this.askForToken();
    setTimeout(() => this.giveUp(), PATIENCE);
  }

  getState = () => this.state;

  getToken = () => this.token;

  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };

  renewToken = (stale: string) => {
    if (this.token !== stale) return Promise.resolve(this.token);
    return new Promise<string | null>((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        unsubscribe();
        resolve(this.token === stale ? null : this.token);
      };
      const unsubscribe = this.subscribe(() => {
        if (this.token !== stale) finish();
      });
      const timer = setTimeout(finish, PATIENCE);
      this.askForToken();
    });
  };

  redirect = (to: string) => this.send(actions.Redirect({ to }));

  updateRouting = (route: string) =>
    this.bridge.dispatch(actions.UpdateRouting({ newRoute: route })).catch(ignore);

  notify = (notice: Notice) => this.send(actions.Notification(notice));

  resize = (height: number) => {
    if (height > 0) this.send(actions.WidgetResize({ height }));
  };

  refreshEntity = () => this.send(actions.RefreshEntity());

  private askForToken() {
    this.send(actions.NotifyReady());
  }

  private send(action: Parameters<AppBridge["dispatch"]>[0]) {
    this.bridge.dispatch(action).catch(ignore);
  }

  private take(token: string) {
    this.token = token;
    this.change({ connection: "ready", permissions: readPermissions(token) });
  }

  private giveUp() {
    if (this.state.connection === "connecting") this.change({ connection: "silent" });
  }

  private change(part: Partial<HostState>) {
    this.state = { ...this.state, ...part };
    this.listeners.forEach((listener) => listener());
  }
}

/** A Dashboard that does not answer an action has no answer that a page could show. */
function ignore() {}

function outside(): Host {
  const state: HostState = {
    connection: "outside",
    appId: "",
    theme: "light",
    locale: "en",
    permissions: [],
  };
  return {
    getState: () => state,
    subscribe: () => () => undefined,
    getToken: () => null,
    renewToken: () => Promise.resolve(null),
    redirect: () => undefined,
    updateRouting: () => Promise.resolve(),
    notify: () => undefined,
    resize: () => undefined,
    refreshEntity: () => undefined,
  };
}
