import { money, orderOf, shop } from "../shop";
import { expect, test } from "../test";

const { paid, authorized, outlet, withoutGroup } = shop.purchases;

test("the widget shows the siblings of an order", async ({ dashboard }) => {
  const honey = orderOf(paid, "anna-apiary");
  await dashboard.logIn("admin");
  await dashboard.openOrderWidget(honey.id);

  const place = paid.orders.indexOf(honey) + 1;
  await expect(dashboard.frame.getByRole("heading", { level: 2 })).toHaveText(
    `Order ${place} of 4 of purchase #${paid.number}`,
  );
  await expect(dashboard.frame.getByText("Seller: Anna's Apiary")).toBeVisible();
  const siblings = dashboard.frame.getByRole("list", { name: "Orders of the purchase" });
  await expect(siblings.getByRole("listitem")).toHaveCount(4);
  for (const order of paid.orders) {
    const sibling = siblings.getByRole("listitem").filter({ hasText: `#${order.number}` });
    await expect(sibling).toContainText(order.seller?.name ?? "The shop itself");
    await expect(sibling).toContainText(money(order.total.gross.amount));
    await expect(sibling).toContainText("Charged");
    await expect(sibling).toContainText("Unfulfilled");
  }
});

test("the widget leads to a sibling and to the purchase", async ({ dashboard }) => {
  const mug = orderOf(paid, "bright-ceramics");
  await dashboard.logIn("admin");
  await dashboard.openOrderWidget(orderOf(paid, null).id);

  await dashboard.frame.getByRole("link", { name: `#${mug.number}`, exact: true }).click();
  await dashboard.expectRedirect(`/orders/${encodeURIComponent(mug.id)}`);

  await dashboard.frame.getByRole("link", { name: `purchase #${paid.number}` }).click();
  const appId = await dashboard.getAppId();
  await dashboard.expectRedirect(
    `/extensions/app/${encodeURIComponent(appId)}/purchases/${paid.number}`,
  );
});

test("the widget shows the order's share of the payment", async ({ dashboard }) => {
  const mug = orderOf(authorized, "bright-ceramics");
  await dashboard.logIn("admin");
  await dashboard.openOrderWidget(mug.id);

  const share = dashboard.frame.getByRole("region", { name: /Share of Card ending in 4242/ });
  await expect(share).toContainText("Authorized");
  await expect(share).toContainText(money(mug.total.gross.amount));
});

test("the frame is as high as the widget", async ({ dashboard }) => {
  await dashboard.logIn("admin");
  await dashboard.openOrderWidget(orderOf(paid, null).id);
  await expect(dashboard.frame.getByRole("listitem")).toHaveCount(4);

  await expect
    .poll(() =>
      dashboard.frame
        .locator("html")
        .evaluate((page) => page.scrollHeight <= window.innerHeight && page.scrollWidth <= innerWidth),
    )
    .toBe(true);
});

test("an order without a group says so", async ({ dashboard }) => {
  await dashboard.logIn("admin");
  await dashboard.openOrderWidget(withoutGroup.id);

  await expect(dashboard.frame.getByText("This order is not part of a purchase.")).toBeVisible();
});

test("staff of one channel see of another channel's order what Saleor shows", async ({
  dashboard,
}) => {
  await dashboard.logIn("market");
  await dashboard.openOrderWidget(orderOf(outlet, "anna-apiary").id);

  // Saleor's `order` answers whoever has the ID, and hides what needs the channel.
  await expect(dashboard.frame.getByRole("listitem")).toHaveCount(2);
  await expect(dashboard.frame.getByRole("region", { name: /^Share of/ })).toHaveCount(0);
});

test("staff without MANAGE_ORDERS get no widget", async ({ dashboard }) => {
  await dashboard.logIn("catalog");

  expect(await dashboard.openOrderWidget(orderOf(paid, null).id)).toBe(false);
});
