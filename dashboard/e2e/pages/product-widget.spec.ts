import { shop } from "../shop";
import { expect, test } from "../test";

const honey = shop.products.HONEY?.id ?? "";
const card = shop.products.CARD?.id ?? "";

test("the widget shows who sells a product, and by what rule", async ({ dashboard }) => {
  await dashboard.logIn("catalog");
  await dashboard.openProductWidget(honey);
  const widget = dashboard.frame.getByRole("region", { name: "Seller of this product" });
  await expect(widget).toContainText("Sold by Anna's Apiary");
  await expect(widget).toContainText("Assignments decide who sells this product.");

  await widget.getByRole("link", { name: "Anna's Apiary" }).click();
  const app = encodeURIComponent(await dashboard.getAppId());
  await dashboard.expectRedirect(`/extensions/app/${app}/sellers/anna-apiary`);
});

test("a product gets a seller and becomes the shop's own again", async ({ dashboard }) => {
  const { frame } = dashboard;
  await dashboard.logIn("catalog");
  await dashboard.openProductWidget(card);
  await expect(frame.getByText("No seller: the shop sells this product itself.")).toBeVisible();

  await frame.getByRole("button", { name: "Assign a seller" }).click();
  await frame.getByRole("textbox", { name: "Search sellers" }).fill("cedar");
  await frame.getByRole("radio", { name: /Cedar & Co/ }).check();
  await frame.getByRole("button", { name: "Save" }).click();
  await expect(frame.getByText("Sold by Cedar & Co")).toBeVisible();
  expect(await dashboard.getActions("notification")).toHaveLength(1);

  await frame.getByRole("button", { name: "Unassign" }).click();
  const question = frame.getByRole("group", { name: "Unassign the seller" });
  await expect(question).toContainText("Take the product from Cedar & Co?");
  await question.getByRole("button", { name: "Unassign" }).click();
  await expect(frame.getByText("No seller: the shop sells this product itself.")).toBeVisible();
});

test("a product that is not there says so", async ({ dashboard }) => {
  await dashboard.logIn("admin");
  await dashboard.openProductWidget(Buffer.from("Product:999999999").toString("base64"));

  await expect(
    dashboard.frame.getByText("This product was not found, or you may not see it."),
  ).toBeVisible();
});

test("staff without MANAGE_PRODUCTS get no widget", async ({ dashboard }) => {
  await dashboard.logIn("market");

  expect(await dashboard.openProductWidget(honey)).toBe(false);
});
