import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";

import { FakeApi, held, permissionDenied, type Answer } from "../../testing/fakeApi";
import { FakeHost } from "../../testing/fakeHost";
import { renderApp } from "../../testing/renderApp";

const ANNA = { id: "seller-anna", slug: "anna", name: "Anna's Apiary", isActive: true };
const BOB = { id: "seller-bob", slug: "bob", name: "Bob", isActive: false };

const product = (seller: object | null, sellerSource: string | null = "ASSIGNMENT") => ({
  data: { product: { id: "honey", name: "Honey", sellerSource, seller } },
});
const sellers = (...nodes: object[]) => ({
  data: { sellers: { edges: nodes.map((node) => ({ node })) } },
});
const done = (act: string) => ({ data: { [act]: { errors: [] } } });

function open(
  answers: Record<string, Answer>,
  permissions: string[] = ["MANAGE_PRODUCTS"],
) {
  const api = new FakeApi(answers);
  const host = new FakeHost({ permissions });
  return renderApp("/product-widget?productId=honey&id=QXBwOjE%3D", { api, host });
}

const widget = () => screen.findByRole("region", { name: "Seller of this product" });

it("shows bars, then the seller and the rule", async () => {
  const { answer, release } = held(product(ANNA));
  const { api, host, user } = open({ ProductSeller: answer });
  const view = within(await widget());
  expect(view.getByRole("status", { name: "Loading" })).toBeTruthy();
  release();
  const link = await view.findByRole("link", { name: "Anna's Apiary" });
  expect(view.getByText("Assignments decide who sells this product.")).toBeTruthy();
  await user.click(link);
  expect(host.redirects).toEqual(["/extensions/app/QXBwOjE%3D/sellers/anna"]);
  expect(api.variablesOf("ProductSeller")).toEqual([{ id: "honey" }]);
});

it("marks a seller whose goods cannot be bought", async () => {
  open({ ProductSeller: product(BOB) });
  expect(await screen.findByText("Inactive: cannot be bought")).toBeTruthy();
});

it.each([
  [
    "METADATA:vendor.id",
    "The product's metadata decide who sells it, by the key “vendor.id”. To change the seller, change “vendor.id” in the product's public metadata on this page.",
  ],
  [
    "ATTRIBUTE:brand",
    "The product's attribute “brand” decides who sells it. To change the seller, change the attribute “brand” of the product on this page.",
  ],
])("says where the seller is changed by %s", async (source, text) => {
  open({ ProductSeller: product(null, source) });
  expect(await screen.findByText("No seller: the shop sells this product itself.")).toBeTruthy();
  expect(screen.getByText(text)).toBeTruthy();
  expect(screen.queryByRole("button")).toBeNull();
});

it("offers nothing to who may not manage products", async () => {
  open({ ProductSeller: product(ANNA) }, ["MANAGE_ORDERS"]);
  await screen.findByRole("link", { name: "Anna's Apiary" });
  expect(screen.queryByRole("button")).toBeNull();
});

it("says that the product is not there", async () => {
  open({ ProductSeller: { data: { product: null } } });
  expect(
    await screen.findByText("This product was not found, or you may not see it."),
  ).toBeTruthy();
});

it("names the permission that the rule needs", async () => {
  const { data } = product(ANNA, null);
  const errors = [permissionDenied("MANAGE_PRODUCTS", ["product", "sellerSource"])];
  open({ ProductSeller: { data, errors } }, []);
  expect(await screen.findByText(/needs the permission MANAGE_PRODUCTS/)).toBeTruthy();
  expect(screen.getByRole("link", { name: "Anna's Apiary" })).toBeTruthy();
  expect(screen.queryByText(/Assignments decide/)).toBeNull();
});

it("tries again after an error", async () => {
  const { api, user } = open({ ProductSeller: new TypeError("Failed to fetch") });
  const again = await screen.findByRole("button", { name: "Try again" });
  api.answer("ProductSeller", product(ANNA));
  await user.click(again);
  expect(await screen.findByRole("link", { name: "Anna's Apiary" })).toBeTruthy();
});

it("assigns another seller, once for two clicks", async () => {
  const { answer, release } = held(done("sellerAssignProducts"));
  const { api, host, user } = open({
    ProductSeller: product(ANNA),
    FindSellers: sellers(ANNA, BOB),
    AssignProducts: answer,
  });
  await user.click(await screen.findByRole("button", { name: "Change seller" }));
  const radios = await screen.findAllByRole<HTMLInputElement>("radio");
  expect(radios.map(({ labels, disabled }) => [labels?.[0]?.textContent, disabled])).toEqual([
    ["Anna's Apiaryanna · sells the product now", true],
    ["Bobbob · inactive", false],
  ]);
  const save = screen.getByRole("button", { name: "Save" });
  expect(save).toHaveProperty("disabled", true);
  await user.click(screen.getByRole("radio", { name: /^Bob/ }));
  api.answer("ProductSeller", product(BOB));
  await user.dblClick(save);
  release();
  expect(await screen.findByRole("link", { name: "Bob" })).toBeTruthy();
  expect(api.variablesOf("AssignProducts")).toEqual([{ id: BOB.id, products: ["honey"] }]);
  expect(host.notices).toEqual([{ status: "success", title: "Seller saved" }]);
});

it("searches sellers, and says that none matches", async () => {
  const { api, user } = open({ ProductSeller: product(null), FindSellers: sellers(BOB) });
  await user.click(await screen.findByRole("button", { name: "Assign a seller" }));
  await screen.findByRole("radio", { name: /^Bob/ });
  api.answer("FindSellers", sellers());
  await user.type(screen.getByLabelText("Search sellers"), "zoe");
  expect(await screen.findByText("No seller matches.")).toBeTruthy();
  expect(api.variablesOf("FindSellers")).toEqual([{ search: null }, { search: "zoe" }]);
});

it("keeps the choice when the API refuses", async () => {
  const errors = [{ field: "products", message: "Couldn't resolve to products: honey" }];
  const { user } = open({
    ProductSeller: product(null),
    FindSellers: sellers(BOB),
    AssignProducts: { data: { sellerAssignProducts: { errors } } },
  });
  await user.click(await screen.findByRole("button", { name: "Assign a seller" }));
  await user.click(await screen.findByRole("radio", { name: /^Bob/ }));
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect((await screen.findByRole("alert")).textContent).toBe("Couldn't resolve to products: honey");
  expect(screen.getByRole<HTMLInputElement>("radio", { name: /^Bob/ }).checked).toBe(true);
});

it("gives the product back to the shop after a question", async () => {
  const { api, user } = open({
    ProductSeller: product(ANNA),
    UnassignProducts: done("sellerUnassignProducts"),
  });
  await user.click(await screen.findByRole("button", { name: "Unassign" }));
  const question = within(screen.getByRole("group", { name: "Unassign the seller" }));
  expect(api.variablesOf("UnassignProducts")).toEqual([]);
  api.answer("ProductSeller", product(null));
  await user.click(question.getByRole("button", { name: "Unassign" }));
  expect(await screen.findByText("No seller: the shop sells this product itself.")).toBeTruthy();
  expect(api.variablesOf("UnassignProducts")).toEqual([{ id: ANNA.id, products: ["honey"] }]);
});

it("leaves the product alone when the operator goes back", async () => {
  const { api, user } = open({ ProductSeller: product(ANNA) });
  await user.click(await screen.findByRole("button", { name: "Unassign" }));
  await user.click(screen.getByRole("button", { name: "Back" }));
  await waitFor(() => expect(screen.queryByRole("group")).toBeNull());
  expect(api.variablesOf("UnassignProducts")).toEqual([]);
});
