import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { expect, type FrameLocator, type Page } from "@playwright/test";

import { shop, type StaffName } from "../shop";

const PICTURES = fileURLToPath(new URL("../../../docs/images/", import.meta.url));

/** Saleor's own Dashboard in a browser. */
export class SaleorDashboard {
  constructor(readonly page: Page) {}

  async logIn(name: StaffName): Promise<void> {
    const { email, password } = shop.staff[name];
    await this.page.addInitScript(hideNews);
    await this.page.goto(shop.deskUrl);
    await this.byTestId("email").fill(email);
    await this.byTestId("password").fill(password);
    await this.byTestId("submit").click();
    await expect(this.menu).toBeVisible({ timeout: 60_000 });
  }

  get menu() {
    return this.byTestId("menu-list");
  }

  /** The page of the app that the Dashboard shows. */
  get app(): FrameLocator {
    return this.page.frameLocator("iframe[data-test-id='app-frame']");
  }

  async openOrder(id: string): Promise<void> {
    await this.page.goto(`${shop.deskUrl}/orders/${encodeURIComponent(id)}`);
  }

  async openProduct(id: string): Promise<void> {
    await this.page.goto(`${shop.deskUrl}/products/${encodeURIComponent(id)}`);
  }

  async openCustomer(id: string): Promise<void> {
    await this.page.goto(`${shop.deskUrl}/customers/${encodeURIComponent(id)}`);
  }

  /** Choose an entry of the sidebar, and open its group before. */
  async choose(group: "Catalog" | "Fulfillment", entry: string): Promise<void> {
    const link = this.menu.getByText(entry, { exact: true });
    if (!(await link.isVisible())) await this.menu.getByText(group, { exact: true }).click();
    await link.click();
  }

  /** The ID of the app, from the Dashboard's address. */
  get appId(): string {
    return new URL(this.page.url()).pathname.split("/")[3] ?? "";
  }

  /** Keep what is on the screen for docs/dashboard.md. */
  async takePicture(name: string): Promise<void> {
    mkdirSync(PICTURES, { recursive: true });
    // What appears smoothly has appeared.
    await this.page.waitForTimeout(500);
    await this.page.screenshot({ path: `${PICTURES}/${name}.png`, animations: "disabled" });
  }

  byTestId(id: string) {
    return this.page.locator(`[data-test-id="${id}"]`);
  }
}

/** Hide the Dashboard's news: a video in front of its menu. */
function hideNews(): void {
  document.addEventListener("DOMContentLoaded", () => {
    const style = document.createElement("style");
    style.textContent = "[data-test-id^='ripple-video-announcement'] { display: none }";
    document.head.append(style);
  });
}
