/** The keys of the plugin's configuration, with the choices that an operator has. */

export interface Choice {
  value: string;
  label: string;
  meaning: string;
}

interface Common {
  name: string;
  label: string;
  help: string;
}

/** One value of a few. */
export interface ChoiceField extends Common {
  kind: "choice";
  choices: Choice[];
}

/** A list with commas of a few names. */
export interface SetField extends Common {
  kind: "set";
  choices: Choice[];
}

/** A list with commas of any names. */
export interface NamesField extends Common {
  kind: "names";
}

/** ASSIGNMENT, METADATA:key or ATTRIBUTE:slug. */
export interface SourceField extends Common {
  kind: "source";
}

export type Field = ChoiceField | SetField | NamesField | SourceField;

export const FIELDS: Field[] = [
  {
    kind: "source",
    name: "seller-source",
    label: "Who sells a product",
    help: "Where the shop stores the seller of a product.",
  },
  {
    kind: "choice",
    name: "group-single-seller",
    label: "Checkouts with one seller",
    help: "Whether a checkout with goods of one seller becomes a purchase too.",
    choices: [
      {
        value: "true",
        label: "Make a purchase of one order",
        meaning: "Every order belongs to a purchase, and every seller sees its orders.",
      },
      {
        value: "false",
        label: "Make an order without a purchase",
        meaning: "The order belongs to no purchase. Members and apps of its seller do not see it.",
      },
    ],
  },
  {
    kind: "choice",
    name: "allow-shop-goods",
    label: "Products without a seller",
    help: "Whether the shop sells goods of its own beside those of the sellers.",
    choices: [
      {
        value: "true",
        label: "Sell them as the shop's own",
        meaning: "They become the shop's own order in the purchase.",
      },
      {
        value: "false",
        label: "Refuse them",
        meaning: "A checkout with such products is refused. The error names the lines.",
      },
    ],
  },
  {
    kind: "choice",
    name: "shipping-allocation",
    label: "Shipping price of one delivery method",
    help: "How the price is divided between the orders that ship.",
    choices: [
      {
        value: "SUBTOTAL",
        label: "By subtotal",
        meaning: "An order with twice the subtotal bears twice the price.",
      },
      {
        value: "WEIGHT",
        label: "By weight",
        meaning: "An order with twice the weight bears twice the price.",
      },
      { value: "EQUAL", label: "In equal parts", meaning: "Each order bears the same part." },
      {
        value: "FIRST",
        label: "On the first order",
        meaning: "The first order bears the whole price.",
      },
    ],
  },
  {
    kind: "choice",
    name: "charge-policy",
    label: "Charging",
    help: "Whether one order's share of a payment may be charged alone.",
    choices: [
      {
        value: "PER_ORDER",
        label: "Each order by itself",
        meaning: "Each order is charged as it is fulfilled.",
      },
      {
        value: "GROUP",
        label: "The whole purchase at once",
        meaning: "For payment providers that allow one capture for each authorization.",
      },
    ],
  },
  {
    kind: "choice",
    name: "confirmation",
    label: "Confirmation to the customer",
    help: "What the customer gets after a purchase.",
    choices: [
      {
        value: "PER_ORDER",
        label: "One for each order",
        meaning: "Saleor confirms each order by itself.",
      },
      {
        value: "GROUP",
        label: "One for the purchase",
        meaning: "One order_group_confirmation of the whole purchase. A plugin or an app sends it.",
      },
    ],
  },
  {
    kind: "set",
    name: "seller-customer-data",
    label: "What sellers see of customers",
    help: "Members and apps of a seller see this of the customers of the seller's orders.",
    choices: [
      {
        value: "SHIPPING_ADDRESS",
        label: "Shipping address",
        meaning: "Name and address, without the phone number.",
      },
      { value: "PHONE", label: "Phone number", meaning: "The phone number of an address that they see." },
      { value: "EMAIL", label: "Email address", meaning: "The email address of the customer." },
      {
        value: "BILLING_ADDRESS",
        label: "Billing address",
        meaning: "Name and address, without the phone number.",
      },
      { value: "NOTE", label: "Note", meaning: "What the customer wrote at the checkout." },
    ],
  },
  {
    kind: "names",
    name: "seller-line-metadata",
    label: "What sellers see of a line's metadata",
    help: "Keys of an order line's public metadata, with commas, such as engraving.",
  },
  {
    kind: "choice",
    name: "seller-refunds",
    label: "Refunds by sellers",
    help: "What members and apps with the right REFUND may do.",
    choices: [
      { value: "OFF", label: "None", meaning: "Sellers cannot refund." },
      {
        value: "GRANT",
        label: "Grant, and the shop pays",
        meaning: "A seller grants a refund. The shop pays it.",
      },
      {
        value: "DIRECT",
        label: "Pay at once",
        meaning: "A seller's refund is requested from the payment app at once.",
      },
    ],
  },
];
