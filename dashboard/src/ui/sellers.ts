/** The seller of the shop's own goods. */
export const SHOP = "The shop itself";
