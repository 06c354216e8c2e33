import "@saleor/macaw-ui/style";
import "./ui/styles.css";
import "./ui/forms.css";

import { createRoot } from "react-dom/client";

import { App } from "./App";
import { createClient } from "./api/client";
import { readEnvironment } from "./host/environment";
import { connect } from "./host/host";

const environment = readEnvironment();
const host = connect();
const client = createClient(host, environment.apiPath);
const root = document.getElementById("root");
if (root) {
  createRoot(root).render(<App host={host} client={client} basePath={environment.basePath} />);
}
