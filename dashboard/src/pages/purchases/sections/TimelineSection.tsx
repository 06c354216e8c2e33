import { useFormatMoney, type Amount } from "../../../ui/Money";
import { DateTime } from "../../../ui/DateTime";
import { Section } from "../../../ui/Page";
import { humanize } from "../../../ui/statuses";
import { toMinor } from "../../../ui/amounts";
import type { Purchase } from "../purchase";

type Event = Purchase["events"][number];

/** What has happened to the purchase, the newest first. */
export function TimelineSection({ events }: { events: readonly Event[] }) {
  const format = useFormatMoney();
  return (
    <Section title="Timeline">
      {events.length === 0 ? (
        <p className="og-line og-quiet">No event was recorded.</p>
      ) : (
        <ol className="og-list" aria-label="Events, the newest first">
          {[...events].reverse().map((event) => (
            <li key={event.id}>
              <strong>{humanize(event.type)}</strong>
              {event.order && <> by order #{event.order.number}</>}
              {changesOf(event, format).map((change) => (
                <div key={change}>{change}</div>
              ))}
              <div className="og-quiet">
                <DateTime value={event.createdAt} />
              </div>
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}

function changesOf(event: Event, format: (amount: Amount) => string): string[] {
  const moved = (label: string, before: Amount | null, after: Amount) =>
    before && toMinor(before) !== toMinor(after)
      ? [`${label}: ${format(before)} → ${format(after)}`]
      : [];
  const { previousStatus, status } = event;
  return [
    ...(previousStatus && previousStatus !== status
      ? [`Status: ${humanize(previousStatus)} → ${humanize(status)}`]
      : []),
    ...moved("Charged", event.previousTotalCharged, event.totalCharged),
    ...moved("Refunded", event.previousTotalRefunded, event.totalRefunded),
  ];
}
