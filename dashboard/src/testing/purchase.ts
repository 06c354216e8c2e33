import type { Purchase, PurchaseOrder } from "../pages/purchases/purchase";

export const euro = (amount: number) => ({ amount, currency: "EUR" });
export const gross = (amount: number) => ({ gross: euro(amount) });

const ADDRESS = {
  firstName: "Mira",
  lastName: "Lindt",
  companyName: "",
  streetAddress1: "Torstraße 1",
  streetAddress2: "",
  postalCode: "10119",
  city: "BERLIN",
  countryArea: "",
  phone: null,
  country: { code: "DE", country: "Germany" },
};

/** An order of anna-apiary: 20 EUR, charged in full, unfulfilled. */
export function makeOrder(part: Partial<PurchaseOrder> = {}): PurchaseOrder {
  return {
    id: "order-41",
    number: "41",
    status: "UNFULFILLED",
    chargeStatus: "FULL",
    authorizeStatus: "FULL",
    seller: { id: "seller-a", name: "Anna's Apiary", slug: "anna-apiary" },
    total: gross(20),
    shippingMethodName: "Parcel",
    shippingPrice: gross(4),
    totalAuthorized: euro(0),
    totalCharged: euro(20),
    fulfillments: [],
    lines: [
      {
        id: "line-1",
        productName: "Linden honey",
        variantName: "500 g",
        productSku: "HONEY",
        quantity: 2,
        quantityFulfilled: 0,
        unitPrice: gross(8),
        totalPrice: gross(16),
      },
    ],
    ...part,
  };
}

/** The shop's own order of the same purchase: 10.50 EUR, charged in full. */
export function makeShopOrder(part: Partial<PurchaseOrder> = {}): PurchaseOrder {
  return makeOrder({
    id: "order-40",
    number: "40",
    seller: null,
    total: gross(10.5),
    totalCharged: euro(10.5),
    shippingMethodName: null,
    lines: [
      {
        id: "line-0",
        productName: "Market tote bag",
        variantName: "Market tote bag",
        productSku: "TOTE",
        quantity: 1,
        quantityFulfilled: 0,
        unitPrice: gross(10.5),
        totalPrice: gross(10.5),
      },
    ],
    ...part,
  });
}

/** Purchase #12: two orders, 30.50 EUR, paid with one card and charged in full. */
export function makePurchase(part: Partial<Purchase> = {}): Purchase {
  const nothing = {
    authorizedAmount: euro(0),
    authorizePendingAmount: euro(0),
    chargePendingAmount: euro(0),
    refundedAmount: euro(0),
    refundPendingAmount: euro(0),
    canceledAmount: euro(0),
    cancelPendingAmount: euro(0),
  };
  return {
    id: "group-12",
    number: "12",
    createdAt: "2026-03-01T10:00:00Z",
    canceledAt: null,
    externalReference: null,
    userEmail: "mira@example.com",
    user: { id: "user-1" },
    channel: { name: "Market" },
    status: "UNFULFILLED",
    fulfillmentStatus: "NOT_FULFILLED",
    chargeStatus: "FULL",
    authorizeStatus: "FULL",
    adoption: null,
    billingAddress: ADDRESS,
    shippingAddress: ADDRESS,
    placedTotal: gross(30.5),
    undiscountedTotal: gross(32.5),
    subtotal: gross(26.5),
    shippingPrice: gross(4),
    totalDiscount: euro(2),
    totalTax: euro(4.87),
    total: gross(30.5),
    totalAuthorized: euro(0),
    totalCharged: euro(30.5),
    totalRefunded: euro(0),
    totalBalance: euro(0),
    giftCards: [],
    taxes: [
      { rate: 0.19, taxClassName: "Default", net: euro(25.63), tax: euro(4.87), gross: euro(30.5) },
    ],
    discounts: [
      {
        type: "VOUCHER",
        name: null,
        voucherCode: "SPRING",
        reason: null,
        amount: euro(2),
        shares: [{ order: { id: "order-41", number: "41" }, amount: euro(2) }],
      },
    ],
    orders: [makeShopOrder(), makeOrder()],
    transactions: [
      {
        id: "payment-1",
        name: "Card ending in 4242",
        pspReference: "intent-1",
        createdAt: "2026-03-01T10:00:00Z",
        authorizedAmount: euro(0),
        chargedAmount: euro(30.5),
        refundedAmount: euro(0),
        canceledAmount: euro(0),
        shares: [
          { id: "share-0", order: { id: "order-40" }, ...nothing, chargedAmount: euro(10.5) },
          { id: "share-1", order: { id: "order-41" }, ...nothing, chargedAmount: euro(20) },
        ],
      },
    ],
    events: [
      {
        id: "event-1",
        type: "CREATED",
        createdAt: "2026-03-01T10:00:00Z",
        order: null,
        status: "UNFULFILLED",
        previousStatus: null,
        totalCharged: euro(0),
        previousTotalCharged: null,
        totalRefunded: euro(0),
        previousTotalRefunded: null,
      },
      {
        id: "event-2",
        type: "FULLY_PAID",
        createdAt: "2026-03-01T10:05:00Z",
        order: { id: "order-41", number: "41" },
        status: "UNFULFILLED",
        previousStatus: "UNFULFILLED",
        totalCharged: euro(30.5),
        previousTotalCharged: euro(0),
        totalRefunded: euro(0),
        previousTotalRefunded: euro(0),
      },
    ],
    ...part,
  };
}
