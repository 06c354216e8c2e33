import { readEnvironment } from "../../host/environment";
import { usePermission } from "../../host/HostContext";
import { Page } from "../../ui/Page";
import { NoPermission } from "../../ui/states";
import { ChannelsSection } from "./ChannelsSection";
import { HealthSection } from "./HealthSection";

/** The app's own page: the plugin's configuration, and what is wrong in this installation. */
export default function SettingsPage() {
  const mayManage = usePermission("MANAGE_PLUGINS");
  const { version } = readEnvironment();
  return (
    <Page
      title="Order groups"
      name="Order groups"
      actions={version && <span className="og-quiet">{`Version ${version}`}</span>}
    >
      {mayManage ? (
        <div className="og-columns">
          <ChannelsSection />
          <HealthSection />
        </div>
      ) : (
        <NoPermission permissions={["MANAGE_PLUGINS"]} />
      )}
    </Page>
  );
}
