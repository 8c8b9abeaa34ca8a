extension StatusPage {
    /// Asks for `/api/v1/status` every five seconds while the page is visible, and writes the answer into the cells that
    /// are named after its fields. Text only ever enters the document as text.
    static let script = """

        (() => {
          "use strict";
          const times = new Set(["addressSince", "confirmedAt", "started", "time", "updated"]);
          const element = (name, text) => {
            const node = document.createElement(name);
            node.textContent = text;
            return node;
          };
          const content = (key, value) => {
            if (value === undefined || value === null || value === "") return document.createTextNode("–");
            if (times.has(key)) {
              const node = element("time", value);
              node.dateTime = value;
              const date = new Date(value);
              if (!Number.isNaN(date.getTime())) node.title = date.toLocaleString();
              return node;
            }
            if (key === "seconds" && typeof value === "number") value = `${(value * 1000).toFixed(1)} ms`;
            if (typeof value === "boolean") value = value ? "yes" : "no";
            return document.createTextNode(String(value));
          };
          const show = (report) => {
            document.title = `${report.address ?? "no address"} – esddns`;
            for (const field of document.querySelectorAll("[data-field]")) {
              const key = field.dataset.field;
              field.replaceChildren(content(key, report[key]));
              if ("state" in field.dataset) field.dataset.state = report[key] ?? "";
            }
            for (const table of document.querySelectorAll("table[data-rows]")) {
              const rows = report[table.dataset.rows] ?? [];
              const columns = [...table.tHead.rows[0].cells].map((cell) => cell.dataset.key);
              table.tBodies[0].replaceChildren(...rows.map((row) => {
                const line = document.createElement("tr");
                for (const key of columns) {
                  const cell = document.createElement("td");
                  cell.append(content(key, row[key]));
                  if (key === "phase") cell.dataset.state = row[key] ?? "";
                  line.append(cell);
                }
                return line;
              }));
              table.closest("section").querySelector(".empty").hidden = rows.length > 0;
            }
          };
          const connection = document.getElementById("connection");
          let last = new Date();
          const poll = async () => {
            if (document.hidden) return;
            try {
              const answer = await fetch("api/v1/status", { cache: "no-store", signal: AbortSignal.timeout(4000) });
              if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
              show(await answer.json());
              last = new Date();
              connection.classList.remove("lost");
              connection.textContent = `live, ${last.toLocaleTimeString()}`;
            } catch (error) {
              connection.classList.add("lost");
              connection.textContent = `no answer since ${last.toLocaleTimeString()} (${error.message})`;
            }
          };
          setInterval(poll, 5000);
          document.addEventListener("visibilitychange", poll);
          poll();
        })();

        """
}
