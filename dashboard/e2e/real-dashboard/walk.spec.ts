import { expect, test as base } from "@playwright/test";

import { buy, money, orderOf, shop } from "../shop";
import { SaleorDashboard } from "./saleorDashboard";

const { paid, partlyFulfilled, outlet } = shop.purchases;
const honey = orderOf(paid, "anna-apiary");
const mug = orderOf(paid, "bright-ceramics");
const product = shop.products.HONEY?.id ?? "";

const test = base.extend<{ dashboard: SaleorDashboard }>({
  dashboard: async ({ page }, use) => {
    await use(new SaleorDashboard(page));
  },
});

test("an administrator goes from an order to its sibling and to the purchase", async ({
  dashboard,
}) => {
  const { page, app } = dashboard;
  await dashboard.logIn("admin");
  await dashboard.openOrder(honey.id);
  await expect(app.getByRole("listitem")).toHaveCount(4);
  await app.getByRole("listitem").last().scrollIntoViewIfNeeded();
  await dashboard.takePicture("order-widget");

  await app.getByRole("link", { name: `#${mug.number}`, exact: true }).click();
  await expect(app.getByText(`#${mug.number} (this order)`)).toBeVisible();
  expect(decodeURIComponent(page.url())).toContain(mug.id);

  await app.getByRole("link", { name: `purchase #${paid.number}` }).click();
  await expect(app.getByRole("heading", { level: 1 })).toHaveText(`Purchase #${paid.number}`);
  await expect(app.getByRole("table", { name: "Orders", exact: true })).toBeVisible();
  expect(page.url()).toContain(`/purchases/${paid.number}`);
});

test("an administrator finds a purchase and refunds a part of it", async ({ dashboard }) => {
  const purchase = await buy("paid");
  const { page, app } = dashboard;
  await dashboard.logIn("admin");
  await dashboard.choose("Fulfillment", "Purchases");
  await expect(app.getByRole("link", { name: `#${purchase.number}`, exact: true })).toBeVisible();
  await dashboard.takePicture("purchases");

  await app.getByRole("link", { name: `#${purchase.number}`, exact: true }).click();
  await expect(app.getByRole("table", { name: "Orders", exact: true })).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`/purchases/${purchase.number}`));
  await dashboard.takePicture("purchase");

  await app.getByRole("button", { name: "Refund", exact: true }).click();
  await app.getByRole("textbox", { name: "Amount in EUR" }).fill("12.50");
  await dashboard.takePicture("refund");
  await app.getByRole("button", { name: `Refund ${money(12.5)}` }).click();
  await expect(app.getByText("The refund was requested")).toBeVisible();

  await page.reload();
  await expect(app.getByRole("region", { name: "Money" })).toContainText("Refunded");
});

test("an administrator sees sellers, their products and their customers", async ({ dashboard }) => {
  const { app } = dashboard;
  await dashboard.logIn("admin");
  await dashboard.choose("Catalog", "Sellers");
  await app.getByRole("link", { name: "Anna's Apiary" }).click();
  await expect(app.getByRole("table", { name: "Products of the seller" })).toBeVisible();
  await expect(app.getByRole("table", { name: "Orders of the seller" })).toBeVisible();
  await dashboard.takePicture("seller");

  await dashboard.openProduct(product);
  await expect(app.getByText("Anna's Apiary")).toBeVisible();
  await app.getByText("Anna's Apiary").scrollIntoViewIfNeeded();
  await dashboard.takePicture("product-widget");

  await dashboard.openCustomer(shop.customer.id);
  await expect(app.getByRole("list", { name: "Purchases" }).getByRole("listitem")).toHaveCount(5);
  await app.getByRole("list", { name: "Purchases" }).scrollIntoViewIfNeeded();
  await dashboard.takePicture("customer-widget");
});

test("an administrator sees the settings", async ({ dashboard }) => {
  const { page, app } = dashboard;
  await dashboard.logIn("admin");
  await dashboard.choose("Fulfillment", "Purchases");
  await expect(app.getByRole("heading", { level: 1 })).toHaveText("Purchases");
  await page.goto(`${shop.deskUrl}/extensions/app/${dashboard.appId}`);
  await expect(app.getByText("Who sells a product").first()).toBeVisible();
  await dashboard.takePicture("settings");
});

test("the pages follow the Dashboard's dark theme", async ({ dashboard }) => {
  const { page, app } = dashboard;
  await dashboard.logIn("admin");
  await dashboard.byTestId("userMenu").click();
  await dashboard.byTestId("theme-switch").click();
  await page.keyboard.press("Escape");
  await dashboard.openOrder(orderOf(partlyFulfilled, "bright-ceramics").id);
  await expect(app.getByRole("listitem")).toHaveCount(4);
  await expect(app.locator("html")).toHaveCSS("color-scheme", "dark");
  await app.getByRole("listitem").last().scrollIntoViewIfNeeded();
  await dashboard.takePicture("order-widget-dark");
});

test("staff of one channel see its orders and purchases alone", async ({ dashboard }) => {
  const { app } = dashboard;
  await dashboard.logIn("market");
  await dashboard.openOrder(honey.id);
  await expect(app.getByRole("listitem")).toHaveCount(4);

  await dashboard.choose("Fulfillment", "Purchases");
  await expect(app.getByRole("link", { name: `#${paid.number}`, exact: true })).toBeVisible();
  await expect(app.getByRole("link", { name: `#${outlet.number}`, exact: true })).toHaveCount(0);
  await expect(dashboard.menu.getByText("Sellers", { exact: true })).toHaveCount(0);
});

test("staff without MANAGE_ORDERS have sellers, and no purchases", async ({ dashboard }) => {
  const { app } = dashboard;
  await dashboard.logIn("catalog");
  await expect(dashboard.menu.getByText("Fulfillment", { exact: true })).toHaveCount(0);

  await dashboard.choose("Catalog", "Sellers");
  await expect(app.getByRole("link", { name: "Anna's Apiary" })).toBeVisible();

  await dashboard.openProduct(product);
  await expect(app.getByText("Anna's Apiary")).toBeVisible();
});
