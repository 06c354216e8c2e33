import { expect, type FrameLocator, type Page, type Route } from "@playwright/test";

import { playDashboard, type Action } from "./host/host";
import { shop, type StaffName } from "./shop";
import { Watch } from "./watch";

/** The host page in a browser, logged in as a member of staff, and the frame in it. */
export class Dashboard {
  /** All tokens that the app got. */
  readonly tokens: string[] = [];

  readonly watch: Watch;

  constructor(readonly page: Page) {
    this.watch = new Watch(page);
  }

  get frame(): FrameLocator {
    return this.page.frameLocator("iframe");
  }

  async logIn(name: StaffName, deskUrl: string = shop.deskUrl): Promise<void> {
    await this.page.addInitScript(playDashboard);
    await this.page.goto(deskUrl);
    const { email, password } = shop.staff[name];
    await this.page.evaluate(
      (account) => window.dashboard.logIn(account.email, account.password),
      { email, password },
    );
  }

  /** Open a page of the app, as the Dashboard's sidebar does. */
  openPage(route: string, token?: string): Promise<boolean> {
    return this.open(
      this.page.evaluate(([to = "", given]) => window.dashboard.openPage(to, given), [
        route,
        token,
      ]),
      token,
    );
  }

  openOrderWidget(orderId: string, token?: string): Promise<boolean> {
    return this.openWidget("ORDER_DETAILS_WIDGETS", { orderId }, token);
  }

  openProductWidget(productId: string): Promise<boolean> {
    return this.openWidget("PRODUCT_DETAILS_WIDGETS", { productId });
  }

  openCustomerWidget(customerId: string): Promise<boolean> {
    return this.openWidget("CUSTOMER_DETAILS_WIDGETS", { customerId });
  }

  /** The token that the Dashboard would give to the order widget now. */
  async fetchOrderToken(): Promise<string> {
    await this.openOrderWidget(shop.purchases.paid.orders[0]?.id ?? "");
    return this.fetchToken();
  }

  async fetchToken(): Promise<string> {
    const token = (await this.page.evaluate(() => window.dashboard.fetchToken())) ?? "";
    this.tokens.push(token);
    return token;
  }

  post(type: string, payload: Record<string, unknown>): Promise<void> {
    return this.page.evaluate(([name, details]) => window.dashboard.post(name, details), [
      type,
      payload,
    ] as const);
  }

  setAnswering(answers: boolean): Promise<void> {
    return this.page.evaluate((value) => {
      window.dashboard.answers = value;
    }, answers);
  }

  /** Answer what the app asks of the API in its place; the Dashboard itself is served. */
  async breakApi(answer: (route: Route) => Promise<void>): Promise<void> {
    await this.page.route(shop.apiUrl, (route) =>
      route.request().frame().parentFrame() ? answer(route) : route.continue(),
    );
  }

  mendApi(): Promise<void> {
    return this.page.unroute(shop.apiUrl);
  }

  /** The app's ID, as the frame was told. */
  async getAppId(): Promise<string> {
    const address = await this.page.locator("iframe").getAttribute("src");
    return new URL(address ?? "").searchParams.get("id") ?? "";
  }

  /** What the app asked of the Dashboard, of one type. */
  async getActions(type: string): Promise<Action["payload"][]> {
    const actions = await this.page.evaluate(() => window.dashboard.actions);
    return actions.filter((action) => action.type === type).map((action) => action.payload);
  }

  async expectRedirect(to: string): Promise<void> {
    await expect
      .poll(async () => (await this.getActions("redirect")).map((action) => action.to))
      .toContain(to);
  }

  /** Clear whatever the app asked for before. */
  forgetActions(): Promise<void> {
    return this.page.evaluate(() => {
      window.dashboard.actions = [];
    });
  }

  private openWidget(mount: string, params: Record<string, string>, token?: string) {
    return this.open(
      this.page.evaluate(
        ([name, details, given]) => window.dashboard.openWidget(name, details, given),
        [mount, params, token] as const,
      ),
      token,
    );
  }

  /** Whether there was a token, so that the page is shown. */
  private async open(opening: Promise<string | null>, given?: string): Promise<boolean> {
    const token = await opening;
    if (token) this.tokens.push(given ?? token);
    return token !== null;
  }
}
