import { ask, orderOf, shop } from "../shop";
import { expect, test } from "../test";

const { paid } = shop.purchases;

/** Sellers of earlier runs stay: each run has its own name for a new one. */
const DORA = `dora-${Date.now()}`;

test("the list shows sellers, and finds one", async ({ dashboard }) => {
  await dashboard.logIn("catalog");
  await dashboard.openPage("/sellers");
  const table = dashboard.frame.getByRole("table", { name: "Sellers" });
  await expect(table.getByRole("row", { name: /Anna's Apiary/ })).toContainText("Active");

  await dashboard.frame.getByRole("textbox", { name: "Name, slug or external" }).fill("bright");
  await dashboard.frame.getByRole("button", { name: "Search" }).click();

  await expect(table.getByRole("link")).toHaveText(["Bright Ceramics"]);
  await expect(dashboard.frame.getByText("1 seller", { exact: true })).toBeVisible();
});

test("a seller is created, edited, deactivated and deleted", async ({ dashboard }) => {
  const { frame } = dashboard;
  await dashboard.logIn("catalog");
  await dashboard.openPage("/sellers");
  await frame.getByRole("button", { name: "New seller" }).click();
  await frame.getByRole("textbox", { name: "Name" }).fill(DORA);
  await frame.getByRole("button", { name: "Create seller" }).click();
  await expect(frame.getByRole("heading", { level: 1 })).toContainText(DORA);

  await frame.getByRole("textbox", { name: "External reference" }).fill(`erp-${DORA}`);
  await frame.getByRole("button", { name: "Save" }).click();
  await expect(frame.getByText("Unsaved changes")).toHaveCount(0);
  expect(await readSeller(DORA)).toMatchObject({ externalReference: `erp-${DORA}`, isActive: true });

  await frame.getByRole("button", { name: "Deactivate" }).click();
  await frame.getByRole("dialog").getByRole("button", { name: "Deactivate" }).click();
  await expect(frame.getByRole("heading", { level: 1 })).toContainText("Inactive");
  expect(await readSeller(DORA)).toMatchObject({ isActive: false });

  await frame.getByRole("button", { name: "Delete seller" }).click();
  await frame.getByRole("dialog").getByRole("button", { name: "Delete seller" }).click();
  await expect(frame.getByRole("table", { name: "Sellers" })).toBeVisible();
  expect(await readSeller(DORA)).toBeNull();
});

test("what the API refuses is shown at its field", async ({ dashboard }) => {
  const { frame } = dashboard;
  await dashboard.logIn("catalog");
  await dashboard.openPage("/sellers/new");
  await frame.getByRole("textbox", { name: "Name" }).fill("Another Anna");
  await frame.getByRole("textbox", { name: "Slug" }).fill("anna-apiary");
  await frame.getByRole("button", { name: "Create seller" }).click();

  const slug = frame.getByRole("textbox", { name: "Slug" });
  await expect(slug).toHaveAttribute("aria-invalid", "true");
  await expect(slug).toHaveAccessibleDescription(/already exists/);
});

test("a product is assigned to a seller and given back", async ({ dashboard }) => {
  const { frame } = dashboard;
  await dashboard.logIn("catalog");
  await dashboard.openPage("/sellers/cedar-and-co");
  const products = frame.getByRole("table", { name: "Products of the seller" });
  await expect(products).toContainText("Oak board");

  await frame.getByRole("button", { name: "Assign products" }).click();
  const dialog = frame.getByRole("dialog");
  await dialog.getByRole("checkbox", { name: /Greeting card/ }).check();
  await dialog.getByRole("button", { name: "Assign 1" }).click();
  await expect(products).toContainText("Greeting card");

  await products.getByRole("checkbox", { name: "Greeting card" }).check();
  await frame.getByRole("button", { name: "Unassign 1" }).click();
  await dialog.getByRole("button", { name: "Unassign" }).click();
  await expect(products).not.toContainText("Greeting card");
});

test("a delivery method is assigned to a seller and given back", async ({ dashboard }) => {
  const { frame } = dashboard;
  await dashboard.logIn("admin");
  await dashboard.openPage("/sellers/bright-ceramics");
  const methods = frame.getByRole("list", { name: "Delivery methods of the seller" });
  await expect(methods.getByRole("listitem")).toHaveText([/Padded crate/]);

  await frame.getByRole("button", { name: "Assign methods" }).click();
  const dialog = frame.getByRole("dialog");
  await dialog.getByRole("checkbox", { name: /Bicycle courier/ }).check();
  await dialog.getByRole("button", { name: "Assign 1" }).click();
  await expect(methods.getByRole("listitem")).toHaveCount(2);

  await frame.getByRole("button", { name: "Unassign Bicycle courier" }).click();
  await dialog.getByRole("button", { name: "Unassign" }).click();
  await expect(methods.getByRole("listitem")).toHaveText([/Padded crate/]);
});

test("a member is added to a seller and removed", async ({ dashboard }) => {
  const { frame } = dashboard;
  await dashboard.logIn("admin");
  await dashboard.openPage("/sellers/anna-apiary");

  await frame.getByRole("button", { name: "Add member" }).click();
  const dialog = frame.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Name or email address" }).fill(shop.customer.email);
  await dialog.getByRole("radio", { name: new RegExp(shop.customer.email) }).check();
  await dialog.getByRole("checkbox", { name: /Fulfill/ }).check();
  await dialog.getByRole("button", { name: "Add member" }).click();
  const members = frame.getByRole("region", { name: "Members" });
  await expect(members).toContainText(shop.customer.email);
  await expect(members).toContainText("Fulfill");

  await members.getByRole("button", { name: /^Remove/ }).click();
  await dialog.getByRole("button", { name: /^Remove/ }).click();
  await expect(members).not.toContainText(shop.customer.email);
});

test("a seller's orders lead to the order and to the purchase", async ({ dashboard }) => {
  const honey = orderOf(paid, "anna-apiary");
  await dashboard.logIn("admin");
  await dashboard.openPage("/sellers/anna-apiary");
  const orders = dashboard.frame.getByRole("table", { name: "Orders of the seller" });

  // A purchase may have the number of another order.
  const numbers = orders.locator("td:first-child");
  await numbers.getByRole("link", { name: `#${honey.number}`, exact: true }).click();

  await dashboard.expectRedirect(`/orders/${encodeURIComponent(honey.id)}`);
});

test("a seller that is not there says so", async ({ dashboard }) => {
  await dashboard.logIn("admin");
  await dashboard.openPage("/sellers/nobody");

  await expect(dashboard.frame.getByRole("heading", { name: "There is no such seller" })).toBeVisible();
});

test("staff without MANAGE_PRODUCTS read sellers and change nothing", async ({ dashboard }) => {
  await dashboard.logIn("market");
  await dashboard.openPage("/sellers/anna-apiary");

  await expect(dashboard.frame.getByText(/permission MANAGE_PRODUCTS/)).toBeVisible();
  await expect(dashboard.frame.getByRole("textbox", { name: "Name" })).toBeDisabled();
  for (const name of ["Save", "Delete seller", "Deactivate", "Assign products"]) {
    await expect(dashboard.frame.getByRole("button", { name, exact: true })).toHaveCount(0);
  }
});

async function readSeller(slug: string) {
  const { seller } = await ask<{ seller: Record<string, unknown> | null }>(
    "admin",
    "query ($slug: String!) { seller(slug: $slug) { name externalReference isActive } }",
    { slug },
  );
  return seller;
}
