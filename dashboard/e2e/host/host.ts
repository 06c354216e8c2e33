/** What an app may ask of the Dashboard: `type` names it, `payload` has the details. */
export interface Action {
  type: string;
  payload: Record<string, unknown> & { actionId: string };
}

/** The Dashboard's side of the protocol, on the host page. */
export interface DashboardSide {
  /** Every action of the app, in the order of arrival. */
  actions: Action[];
  /** Whether the Dashboard gives tokens to those who ask; else it stays silent. */
  answers: boolean;
  logIn(email: string, password: string): Promise<void>;
  /** Show a page of the app; null if there is no token for it. */
  openPage(route: string, token?: string): Promise<string | null>;
  openWidget(
    mount: string,
    params: Record<string, string>,
    token?: string,
  ): Promise<string | null>;
  /** Ask Saleor for the token of what is shown. */
  fetchToken(): Promise<string | null>;
  post(type: string, payload: Record<string, unknown>): void;
}

declare global {
  interface Window {
    dashboard: DashboardSide;
  }
}

/**
 * Play the Dashboard on the host page.
 *
 * The browser gets this function as text: nothing outside of it can be used.
 */
export function playDashboard(): void {
  interface Shown {
    url: string;
    token: string | null;
  }

  let staffToken = "";
  let frame: HTMLIFrameElement | null = null;
  let token = "";
  let fetchShown: () => Promise<Shown> = () => Promise.reject(new Error("Nothing is open."));

  const apiUrl = () =>
    document.querySelector<HTMLMetaElement>('meta[name="api-url"]')?.content ?? "";

  async function ask(query: string, variables: Record<string, unknown>) {
    const response = await fetch(apiUrl(), {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        ...(staffToken && { Authorization: `Bearer ${staffToken}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
    const answer = await response.json();
    if (answer.errors) throw new Error(answer.errors[0].message);
    return answer.data;
  }

  async function findExtensions(mounts: string[]) {
    const { appExtensions } = await ask(
      `query ($filter: AppExtensionFilterInput!) {
        appExtensions(filter: $filter, first: 100) { edges { node {
          url mountName targetName accessToken app { id appUrl }
        } } }
      }`,
      { filter: { mountName: mounts } },
    );
    return appExtensions.edges.map((edge: { node: unknown }) => edge.node);
  }

  /** The query of a frame, as the Dashboard makes it. */
  function describe(appId: string, params: Record<string, string>) {
    return new URLSearchParams({
      domain: new URL(apiUrl()).host,
      saleorApiUrl: apiUrl(),
      id: appId,
      ...params,
      theme: "light",
    });
  }

  function show(className: string, url: string) {
    frame?.remove();
    frame = document.createElement("iframe");
    frame.className = className;
    frame.setAttribute(
      "sandbox",
      "allow-same-origin allow-forms allow-scripts allow-downloads allow-popups",
    );
    frame.addEventListener("load", shakeHands);
    frame.src = url;
    document.body.append(frame);
  }

  function post(type: string, payload: Record<string, unknown>) {
    if (frame) frame.contentWindow?.postMessage({ type, payload }, new URL(frame.src).origin);
  }

  function shakeHands() {
    if (!window.dashboard.answers) return;
    post("handshake", {
      token,
      version: 1,
      saleorVersion: "3.23",
      dashboardVersion: "3.23.27",
    });
    post("localeChanged", { locale: "en" });
  }

  async function open(className: string, find: () => Promise<Shown>, given?: string) {
    fetchShown = find;
    const shown = await find();
    if (!shown.token) return null;
    token = given ?? shown.token;
    show(className, shown.url);
    return shown.token;
  }

  function answer(action: Action) {
    if (action.type === "notifyReady") shakeHands();
    if (action.type === "widgetResize" && frame) {
      frame.style.height = `${action.payload.height}px`;
    }
    if (action.type === "updateRouting") {
      window.history.pushState(null, "", `/app${action.payload.newRoute}`);
    }
    post("response", { actionId: action.payload.actionId, ok: true });
  }

  window.dashboard = {
    actions: [],
    answers: true,
    async logIn(email, password) {
      staffToken = "";
      const { tokenCreate } = await ask(
        `mutation ($email: String!, $password: String!) {
          tokenCreate(email: $email, password: $password) { token errors { message } }
        }`,
        { email, password },
      );
      if (!tokenCreate.token) throw new Error(tokenCreate.errors[0].message);
      staffToken = tokenCreate.token;
    },
    openPage(route, given) {
      async function find() {
        const [extension] = await findExtensions(["NAVIGATION_ORDERS"]);
        const { app } = await ask("query ($id: ID!) { app(id: $id) { accessToken } }", {
          id: extension.app.id,
        });
        const query = describe(extension.app.id, {});
        return { url: `${extension.app.appUrl}${route}?${query}`, token: app.accessToken };
      }
      return open("page", find, given);
    },
    openWidget(mount, params, given) {
      async function find() {
        const [extension] = await findExtensions([mount]);
        const query = describe(extension.app.id, params);
        const url = `${extension.app.appUrl}${extension.url}?${query}`;
        return { url, token: extension.accessToken };
      }
      return open("widget", find, given);
    },
    async fetchToken() {
      const shown = await fetchShown();
      token = shown.token ?? "";
      return shown.token;
    },
    post,
  };

  window.addEventListener("message", (event: MessageEvent<Action>) => {
    if (!frame || event.source !== frame.contentWindow) return;
    if (event.origin !== new URL(frame.src).origin) return;
    if (!event.data?.payload?.actionId) return;
    window.dashboard.actions.push(event.data);
    answer(event.data);
  });
}
