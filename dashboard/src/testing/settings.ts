/** The plugin's configuration and the health of an installation, in tests. */
import { FakeApi, type Answer } from "./fakeApi";
import { FakeHost } from "./fakeHost";
import { renderApp } from "./renderApp";

export const STORED = {
  "group-single-seller": "true",
  "allow-shop-goods": "true",
  "shipping-allocation": "SUBTOTAL",
  "charge-policy": "PER_ORDER",
  "seller-source": "ASSIGNMENT",
  confirmation: "PER_ORDER",
  "seller-customer-data": "SHIPPING_ADDRESS,NOTE",
  "seller-line-metadata": "",
  "seller-refunds": "GRANT",
};

/** The settings of one channel, whose ID is its slug. */
export function channel(slug: string, part: object = {}, active = true) {
  return {
    active,
    channel: { id: slug, slug, name: slug.charAt(0).toUpperCase() + slug.slice(1) },
    configuration: Object.entries({ ...STORED, ...part }).map(([name, value]) => ({
      name,
      value,
      label: name,
    })),
  };
}

const plugin = (channels: object[]) => ({
  id: "saleor.order_groups",
  channelConfigurations: channels,
});

export const configured = (...channels: object[]) => ({ data: { plugin: plugin(channels) } });

export const savedAs = (...channels: object[]) => ({
  data: { pluginUpdate: { plugin: plugin(channels), errors: [] } },
});

export const refusedWith = (...errors: object[]) => ({
  data: { pluginUpdate: { plugin: null, errors } },
});

export const healthy = (part: object = {}) => ({
  data: {
    orderGroupsHealth: {
      lastSweepAt: new Date().toISOString(),
      unsettledPayments: 0,
      unannouncedEvents: 0,
      findings: [],
      ...part,
    },
  },
});

export function openSettings(
  answers: Record<string, Answer> = {},
  permissions: readonly string[] = ["MANAGE_PLUGINS"],
) {
  const api = new FakeApi({
    PluginSettings: configured(channel("main")),
    OrderGroupsHealth: healthy(),
    ...answers,
  });
  return renderApp("/", { api, host: new FakeHost({ permissions, locale: "en-US" }) });
}
