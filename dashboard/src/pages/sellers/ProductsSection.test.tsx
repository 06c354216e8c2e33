import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { held } from "../../testing/fakeApi";
import { ANNA, connection, openSeller, sellerWith } from "../../testing/seller";

const product = (id: string, name: string, part: object = {}) => ({
  id,
  name,
  productType: { name: "Food" },
  sellerSource: "ASSIGNMENT",
  ...part,
});

const HONEY = product("honey", "Honey");
const WAX = product("wax", "Wax");
const BOWL = product("bowl", "Bowl", { sellerSource: "ATTRIBUTE:brand" });

const listed = (nodes: object[], total?: number) =>
  sellerWith({ products: connection(nodes, total) });
const found = (...nodes: object[]) => ({ data: { products: connection(nodes) } });
const done = (act: string) => ({ data: { [act]: { errors: [] } } });

const section = async () => within(await screen.findByRole("region", { name: "Products" }));

describe("the list", () => {
  it("says that the seller has no products", async () => {
    openSeller();
    expect(
      await (await section()).findByRole("heading", { name: "The seller has no products" }),
    ).toBeTruthy();
  });

  it("shows a skeleton, then products with the rule that names their seller", async () => {
    const { answer, release } = held(listed([HONEY, BOWL]));
    const { host, user } = openSeller({ SellerProducts: answer });
    const products = await section();
    expect(products.getByRole("status", { name: "Loading products" })).toBeTruthy();
    release();
    const table = await products.findByRole("table", { name: "Products of the seller" });
    const rows = within(table).getAllByRole<HTMLTableRowElement>("row").slice(1);
    expect(rows.map((row) => [...row.cells].slice(1).map((cell) => cell.textContent))).toEqual([
      ["Honey", "Food", "Assignment"],
      ["Bowl", "Food", "Attribute “brand”"],
    ]);
    expect(products.getAllByRole("checkbox").length).toBe(1);
    await user.click(products.getByRole("link", { name: "Honey" }));
    expect(host.redirects).toEqual(["/products/honey"]);
  });

  it("asks for no rule that staff may not read, and shows none", async () => {
    const honey = { ...HONEY, sellerSource: undefined };
    const { api } = openSeller({ SellerProducts: listed([honey]) }, []);
    const products = await section();
    const table = await products.findByRole("table", { name: "Products of the seller" });
    const rows = within(table).getAllByRole<HTMLTableRowElement>("row");
    expect(rows.map((row) => [...row.cells].map((cell) => cell.textContent))).toEqual([
      ["Product", "Type"],
      ["Honey", "Food"],
    ]);
    expect(products.queryByText(/MANAGE_PRODUCTS/)).toBeNull();
    expect(api.variablesOf("SellerProducts")).toEqual([
      { id: ANNA.id, withSource: false, first: 20, after: null },
    ]);
  });

  it("turns pages", async () => {
    const { api, user } = openSeller({ SellerProducts: listed([HONEY], 25) });
    const products = await section();
    expect(await products.findByText("25 products")).toBeTruthy();
    await user.click(products.getByRole("button", { name: "Next" }));
    expect(api.variablesOf("SellerProducts")).toEqual([
      { id: ANNA.id, withSource: true, first: 20, after: null },
      { id: ANNA.id, withSource: true, first: 20, after: "last" },
    ]);
  });

  it("tries again after an error", async () => {
    const { api, user } = openSeller({ SellerProducts: new TypeError("Failed to fetch") });
    const products = await section();
    const again = await products.findByRole("button", { name: "Try again" });
    api.answer("SellerProducts", listed([HONEY]));
    await user.click(again);
    expect(await products.findByRole("link", { name: "Honey" })).toBeTruthy();
  });
});

describe("unassigning", () => {
  const open = async (answer: object) => {
    const view = openSeller({ SellerProducts: listed([HONEY, WAX]), UnassignProducts: answer });
    const products = await section();
    await view.user.click(await products.findByRole("checkbox", { name: "Honey" }));
    await view.user.click(products.getByRole("checkbox", { name: "Wax" }));
    await view.user.click(products.getByRole("button", { name: "Unassign 2" }));
    return { ...view, products, dialog: within(screen.getByRole("dialog")) };
  };

  it("asks first and names the products", async () => {
    const { api, user, dialog, products } = await open(done("sellerUnassignProducts"));
    expect(dialog.getAllByRole("listitem").map((item) => item.textContent)).toEqual([
      "Honey",
      "Wax",
    ]);
    expect(api.variablesOf("UnassignProducts")).toEqual([]);
    api.answer("SellerProducts", listed([]));
    await user.click(dialog.getByRole("button", { name: "Unassign" }));
    await products.findByRole("heading", { name: "The seller has no products" });
    expect(api.variablesOf("UnassignProducts")).toEqual([
      { id: ANNA.id, products: ["honey", "wax"] },
    ]);
    expect(products.queryByRole("button", { name: /Unassign/ })).toBeNull();
  });

  it("keeps the choice when the API refuses", async () => {
    const errors = [{ field: "products", message: "Products of another seller: honey" }];
    const { user, dialog, products } = await open({ data: { sellerUnassignProducts: { errors } } });
    await user.click(dialog.getByRole("button", { name: "Unassign" }));
    expect((await dialog.findByRole("alert")).textContent).toBe("Products of another seller: honey");
    await user.click(dialog.getByRole("button", { name: "Back" }));
    expect(products.getByRole("button", { name: "Unassign 2" })).toBeTruthy();
  });
});

describe("assigning", () => {
  const OWN = product("own", "Card", { seller: null });
  const BOBS = product("bobs", "Board", { seller: { id: "seller-bob", name: "Bob" } });
  const HERS = { ...HONEY, seller: { id: ANNA.id, name: ANNA.name } };
  const RULED = { ...BOWL, seller: null };

  const open = async (answers: object) => {
    const view = openSeller({ FindProducts: found(OWN, BOBS, HERS, RULED), ...answers });
    const products = await section();
    await view.user.click(products.getByRole("button", { name: "Assign products" }));
    const dialog = within(screen.getByRole("dialog", { name: "Assign products to Anna's Apiary" }));
    await dialog.findByRole("list", { name: "Products" });
    return { ...view, products, dialog };
  };

  it("says who sells each product now, and which ones cannot be assigned", async () => {
    const { dialog } = await open({});
    const choices = dialog.getAllByRole<HTMLElement>("checkbox");
    const items = dialog.getAllByRole("listitem").map((item) => item.textContent);
    expect(items).toEqual([
      "CardFood · The shop's own",
      "BoardFood · Sold by Bob",
      "HoneyFood · Sold by this seller already",
      "BowlFood · Attribute “brand” says who sells it",
    ]);
    expect(choices.map((choice) => choice.hasAttribute("disabled"))).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect(dialog.getByRole("button", { name: "Assign" })).toHaveProperty("disabled", true);
  });

  it("assigns several at once, once for two clicks, after a warning", async () => {
    const { answer, release } = held(done("sellerAssignProducts"));
    const { api, user, dialog, products } = await open({ AssignProducts: answer });
    await user.click(dialog.getByRole("checkbox", { name: /Card/ }));
    expect(dialog.queryByText(/Other sellers lose/)).toBeNull();
    await user.click(dialog.getByRole("checkbox", { name: /Board/ }));
    expect(dialog.getByRole("status").textContent).toBe(
      "Other sellers lose: Board (Bob). Orders that were placed keep their seller.",
    );
    api.answer("SellerProducts", listed([product("own", "Card")]));
    await user.dblClick(dialog.getByRole("button", { name: "Assign 2" }));
    release();
    expect(await products.findByRole("link", { name: "Card" })).toBeTruthy();
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(api.variablesOf("AssignProducts")).toEqual([
      { id: ANNA.id, products: ["own", "bobs"] },
    ]);
  });

  it("searches, and keeps what was chosen before", async () => {
    const { api, user, dialog } = await open({});
    await user.click(dialog.getByRole("checkbox", { name: /Card/ }));
    api.answer("FindProducts", found());
    await user.type(dialog.getByLabelText("Search products"), "xyz");
    await waitFor(() => expect(dialog.queryByText("Board")).toBeNull());
    expect(dialog.getByRole("checkbox", { name: /Card/ })).toBeTruthy();
    expect(api.variablesOf("FindProducts")).toEqual([
      { search: null, first: 20 },
      { search: "xyz", first: 20 },
    ]);
  });

  it("says that no product matches", async () => {
    const { user, ...view } = openSeller({ FindProducts: found() });
    await user.click((await section()).getByRole("button", { name: "Assign products" }));
    expect(await screen.findByRole("heading", { name: "No product matches" })).toBeTruthy();
    expect(view.api.variablesOf("AssignProducts")).toEqual([]);
  });

  it("keeps the choice when the API refuses", async () => {
    const errors = [{ field: "products", message: "Couldn't resolve to products: own" }];
    const { user, dialog } = await open({
      AssignProducts: { data: { sellerAssignProducts: { errors } } },
    });
    await user.click(dialog.getByRole("checkbox", { name: /Card/ }));
    await user.click(dialog.getByRole("button", { name: "Assign 1" }));
    expect((await dialog.findByRole("alert")).textContent).toBe("Couldn't resolve to products: own");
    expect(dialog.getByRole("button", { name: "Assign 1" })).toHaveProperty("disabled", false);
  });
});
