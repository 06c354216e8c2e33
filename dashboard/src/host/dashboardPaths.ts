/** Paths of the Dashboard, for `host.redirect`. */

export const orderPath = (orderId: string) => `/orders/${encodeURIComponent(orderId)}`;

export const productPath = (productId: string) => `/products/${encodeURIComponent(productId)}`;

export const customerPath = (customerId: string) =>
  `/customers/${encodeURIComponent(customerId)}`;

export const appPath = (appId: string, route: string) =>
  `/extensions/app/${encodeURIComponent(appId)}${route}`;

export const purchaseRoute = (number: string) => `/purchases/${encodeURIComponent(number)}`;

export const sellerRoute = (slug: string) => `/sellers/${encodeURIComponent(slug)}`;

export const purchasesOfCustomerRoute = (customerId: string) =>
  `/purchases?customer=${encodeURIComponent(customerId)}`;
