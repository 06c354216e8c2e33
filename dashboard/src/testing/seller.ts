/** A seller, and what its page asks for, in tests. */
import { FakeApi, type Answer } from "./fakeApi";
import { FakeHost } from "./fakeHost";
import { renderApp } from "./renderApp";

export const ANNA = {
  id: "seller-anna",
  slug: "anna",
  name: "Anna's Apiary",
  isActive: true,
  externalReference: "erp-1",
  payoutReference: null,
  hasAccess: true,
  createdAt: "2026-04-01T10:00:00Z",
  updatedAt: "2026-05-01T10:00:00Z",
};

export const ALL_PERMISSIONS = [
  "MANAGE_PRODUCTS",
  "MANAGE_ORDERS",
  "MANAGE_USERS",
  "MANAGE_STAFF",
  "MANAGE_APPS",
  "MANAGE_SHIPPING",
  "HANDLE_PAYMENTS",
];

/** A page of a connection. */
export function connection(nodes: object[], totalCount = nodes.length) {
  const isLonger = totalCount > nodes.length;
  return {
    totalCount,
    pageInfo: {
      hasNextPage: isLonger,
      hasPreviousPage: false,
      startCursor: "first",
      endCursor: "last",
    },
    edges: nodes.map((node) => ({ node })),
  };
}

/** What one field of the seller answers. */
export const sellerWith = (part: object) => ({ data: { seller: { id: ANNA.id, ...part } } });

const ANSWERS: Record<string, Answer> = {
  Seller: { data: { seller: ANNA } },
  SellerProducts: sellerWith({ products: connection([]) }),
  SellerShipping: sellerWith({ shippingMethods: [] }),
  SellerOrdersOfShop: sellerWith({ orders: connection([]) }),
  SellerMembers: sellerWith({ members: [] }),
  SellerApps: sellerWith({ apps: [] }),
};

/** Open the page of a seller; the answers replace those of a seller with nothing. */
export function openSeller(
  answers: Record<string, Answer> = {},
  permissions: readonly string[] = ALL_PERMISSIONS,
) {
  const api = new FakeApi({ ...ANSWERS, ...answers });
  return renderApp("/sellers/anna", { api, host: new FakeHost({ permissions, locale: "en-US" }) });
}
