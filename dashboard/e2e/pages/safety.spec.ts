import { gzipSync } from "node:zlib";

import { orderOf, shop } from "../shop";
import { expect, report, test } from "../test";

const APP = `${shop.url}/plugins/global/saleor.order_groups.dashboard/app`;
const BUDGET = 300 * 1024;
const FIRST_PAINT = 1_000;
const order = orderOf(shop.purchases.paid, "anna-apiary");

const PAGES = {
  settings: "/",
  purchases: "/purchases",
  purchase: `/purchases/${shop.purchases.paid.number}`,
  sellers: "/sellers",
  seller: "/sellers/anna-apiary",
} as const;

test("the policy allows nothing but the page's own files and the Dashboard", async ({
  request,
}) => {
  const response = await request.get(`${APP}/order-widget`);

  const policy = response.headers()["content-security-policy"] ?? "";
  expect(policy.split("; ")).toEqual([
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors 'self' ${shop.deskUrl} ${shop.farDeskUrl}`,
  ]);
});

test("another site cannot frame a page", async ({ page }) => {
  // The desk under a name that nobody has allowed.
  await page.goto(shop.farDeskUrl.replace("localhost", "elsewhere.localhost"));
  const refused = page.waitForEvent("console", (message) =>
    message.text().includes("frame-ancestors"),
  );
  await page.evaluate((url) => {
    const frame = document.createElement("iframe");
    frame.src = url;
    document.body.append(frame);
  }, APP);

  expect((await refused).text()).toContain(shop.deskUrl);
});

test("a page works where the browser keeps it from storing anything", async ({ dashboard }) => {
  await dashboard.logIn("admin", shop.farDeskUrl);
  await dashboard.openOrderWidget(order.id);
  await expect(dashboard.frame.getByRole("listitem")).toHaveCount(4);

  const denied = await dashboard.frame.locator("html").evaluate(() => {
    try {
      return localStorage === null;
    } catch {
      return true;
    }
  });
  expect(denied).toBe(true);
});

test("the policy is kept by the browser", async ({ dashboard }) => {
  await dashboard.logIn("admin");
  await dashboard.openOrderWidget(order.id);
  await expect(dashboard.frame.getByRole("listitem")).toHaveCount(4);

  const blocked = await dashboard.frame.locator("html").evaluate(async (html) => {
    const script = document.createElement("script");
    script.textContent = "window.inlineScriptRan = true";
    html.append(script);
    return !("inlineScriptRan" in window);
  });

  expect(blocked).toBe(true);
  dashboard.watch.expectViolation();
});

for (const [name, route] of Object.entries(PAGES)) {
  test(`the page ${name} loads less than its budget`, async ({ dashboard }) => {
    const sizes: Promise<number>[] = [];
    dashboard.page.on("response", (response) => {
      if (!response.url().includes("/assets/") && !response.url().startsWith(APP)) return;
      // Each file as the server would send it compressed.
      sizes.push(response.body().then((body) => gzipSync(body).length));
    });
    await dashboard.logIn("admin");
    await dashboard.openPage(route);
    await expect(dashboard.frame.getByRole("heading", { level: 1 })).toBeVisible();

    const size = (await Promise.all(sizes)).reduce((sum, each) => sum + each, 0);
    report(`${name}: ${Math.round(size / 1024)} KB`);
    expect(size).toBeGreaterThan(0);
    expect(size).toBeLessThanOrEqual(BUDGET);
  });
}

test("the widget is painted within a second", async ({ dashboard }) => {
  await dashboard.logIn("admin");
  await dashboard.openOrderWidget(order.id);
  await expect(dashboard.frame.getByRole("listitem")).toHaveCount(4);

  const painted = await dashboard.frame
    .locator("html")
    .evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);

  report(`first paint: ${Math.round(painted ?? 0)} ms`);
  expect(painted).toBeGreaterThan(0);
  expect(painted).toBeLessThan(FIRST_PAINT);
});
