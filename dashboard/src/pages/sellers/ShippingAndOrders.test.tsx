import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { held } from "../../testing/fakeApi";
import { ANNA, connection, openSeller, sellerWith } from "../../testing/seller";

const section = async (name: string) => within(await screen.findByRole("region", { name }));
const openDialog = () => within(screen.getByRole("dialog"));
const done = (act: string) => ({ data: { [act]: { errors: [] } } });

describe("delivery methods", () => {
  const COURIER = {
    id: "courier",
    name: "Courier",
    type: "PRICE",
    channelListings: [
      { id: "l1", channel: { id: "c1", name: "Main" } },
      { id: "l2", channel: { id: "c2", name: "Outlet" } },
    ],
  };
  const methods = (...list: object[]) => sellerWith({ shippingMethods: list });
  const ZONES = {
    data: {
      shippingZones: connection([
        { id: "eu", name: "Europe", shippingMethods: [COURIER, { id: "van", name: "Van" }] },
        { id: "us", name: "America", shippingMethods: [{ id: "mail", name: "Mail" }] },
      ]),
    },
  };

  it("are listed with their channels", async () => {
    openSeller({ SellerShipping: methods(COURIER) });
    const list = await (await section("Delivery methods")).findByRole("list");
    expect(within(list).getByRole("listitem").textContent).toBe("CourierMain, OutletUnassign");
  });

  it("are assigned, several at once", async () => {
    const { answer, release } = held(done("sellerAssignShippingMethods"));
    const { api, user } = openSeller({
      SellerShipping: methods(COURIER),
      FindShipping: ZONES,
      AssignShipping: answer,
    });
    const region = await section("Delivery methods");
    await user.click(await region.findByRole("button", { name: "Assign methods" }));
    const items = await openDialog().findAllByRole("listitem");
    expect(items.map((item) => item.textContent)).toEqual([
      "CourierEurope · Assigned already",
      "VanEurope",
      "MailAmerica",
    ]);
    await user.click(openDialog().getByRole("checkbox", { name: /Van/ }));
    await user.type(openDialog().getByLabelText("Name of the method or zone"), "america");
    expect(openDialog().getAllByRole("listitem").length).toBe(1);
    await user.click(openDialog().getByRole("checkbox", { name: /Mail/ }));
    await user.dblClick(openDialog().getByRole("button", { name: "Assign 2" }));
    api.answer("SellerShipping", methods(COURIER, { ...COURIER, id: "van", name: "Van" }));
    release();
    expect(await region.findByRole("button", { name: "Unassign Van" })).toBeTruthy();
    expect(api.variablesOf("AssignShipping")).toEqual([
      { id: ANNA.id, shippingMethods: ["van", "mail"] },
    ]);
  });

  it("are unassigned after a question", async () => {
    const { api, user } = openSeller({
      SellerShipping: methods(COURIER),
      UnassignShipping: done("sellerUnassignShippingMethods"),
    });
    const region = await section("Delivery methods");
    await user.click(await region.findByRole("button", { name: "Unassign Courier" }));
    expect(api.variablesOf("UnassignShipping")).toEqual([]);
    api.answer("SellerShipping", methods());
    await user.click(openDialog().getByRole("button", { name: "Unassign" }));
    expect(await region.findByRole("heading", { name: "No method of its own" })).toBeTruthy();
    expect(api.variablesOf("UnassignShipping")).toEqual([
      { id: ANNA.id, shippingMethods: ["courier"] },
    ]);
  });

  it("stay when the API refuses", async () => {
    const errors = [{ field: "shippingMethods", message: "Couldn't resolve to shipping methods." }];
    const { user } = openSeller({
      SellerShipping: methods(COURIER),
      UnassignShipping: { data: { sellerUnassignShippingMethods: { errors } } },
    });
    const region = await section("Delivery methods");
    await user.click(await region.findByRole("button", { name: "Unassign Courier" }));
    await user.click(openDialog().getByRole("button", { name: "Unassign" }));
    const alert = await openDialog().findByRole("alert");
    expect(alert.textContent).toBe("Couldn't resolve to shipping methods.");
  });
});

describe("orders", () => {
  const ORDER = {
    id: "order=41",
    number: "41",
    created: "2026-05-01T10:00:00Z",
    status: "PARTIALLY_FULFILLED",
    chargeStatus: "FULL",
    total: { gross: { amount: 63, currency: "USD" } },
    orderGroup: { id: "g12", number: "12" },
  };
  const orders = (list: object[], total?: number) =>
    sellerWith({ orders: connection(list, total) });

  it("lead to the Dashboard's order, and to the purchase", async () => {
    const { host, user } = openSeller({
      SellerOrdersOfShop: orders([ORDER, { ...ORDER, id: "o42", number: "42", orderGroup: null }]),
    });
    const region = await section("Orders");
    const table = await region.findByRole("table", { name: "Orders of the seller" });
    const rows = within(table).getAllByRole<HTMLTableRowElement>("row").slice(1);
    expect(rows.map((row) => [...row.cells].map((cell) => cell.textContent))).toEqual([
      ["#41", "#12", expect.stringContaining("May 1, 2026"), "Partially fulfilled", "Charged", "$63.00"],
      ["#42", "", expect.stringContaining("May 1, 2026"), "Partially fulfilled", "Charged", "$63.00"],
    ]);
    await user.click(region.getByRole("link", { name: "#41" }));
    expect(host.redirects).toEqual(["/orders/order%3D41"]);
    await user.click(region.getByRole("link", { name: "#12" }));
    expect(host.routes).toEqual(["/purchases/12"]);
  });

  it("may be none", async () => {
    openSeller();
    expect(await (await section("Orders")).findByRole("heading", { name: "No orders" })).toBeTruthy();
  });

  it("are paged", async () => {
    const { api, user } = openSeller({ SellerOrdersOfShop: orders([ORDER], 30) });
    const region = await section("Orders");
    expect(await region.findByText("30 orders")).toBeTruthy();
    await user.click(region.getByRole("button", { name: "Next" }));
    expect(api.variablesOf("SellerOrdersOfShop").at(-1)).toEqual({
      id: ANNA.id,
      first: 20,
      after: "last",
    });
  });
});
