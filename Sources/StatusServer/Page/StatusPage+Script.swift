extension StatusPage {
    /// Asks for the page anew every five seconds while it is visible, and takes over the parts that differ. A parsed
    /// document runs no scripts, and the policy of this one allows none that its parts might bring.
    static let script = """

        (() => {
          "use strict";
          const parts = (root) => new Map([...root.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
          const addresses = (root) => [...root.querySelectorAll("[data-address]")].map((node) => node.textContent);
          const ages = (root) => root.querySelectorAll("time[data-age]");
          // Without what grows older by itself.
          const still = (part) => {
            const copy = part.cloneNode(true);
            for (const age of ages(copy)) age.textContent = "";
            return copy;
          };
          const span = (seconds) => {
            if (seconds < 120) return `${Math.max(Math.floor(seconds), 0)} s`;
            if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
            return seconds < 172800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86400)} d`;
          };
          const connection = document.getElementById("connection");
          const news = document.getElementById("news");
          // What the server's clock is ahead of this one, in milliseconds.
          let ahead = 0;
          const synchronise = (root) => { ahead = Date.parse(root.getElementById("now").dateTime) - Date.now(); };
          const tick = () => {
            for (const age of ages(document)) {
              const text = `${span((Date.now() + ahead - Date.parse(age.dateTime)) / 1000)} ago`;
              if (age.textContent !== text) age.textContent = text;
            }
          };
          const localize = (root) => {
            for (const time of root.querySelectorAll("time")) time.title = new Date(time.dateTime).toLocaleString();
          };
          const shown = new Map([...parts(document)].map(([name, part]) => [name, still(part)]));
          const show = (next) => {
            synchronise(next);
            const before = addresses(document);
            const old = parts(document);
            for (const [name, part] of parts(next)) {
              const copy = still(part);
              if (!old.has(name) || copy.isEqualNode(shown.get(name))) continue;
              shown.set(name, copy);
              const own = document.importNode(part, true);
              localize(own);
              old.get(name).replaceWith(own);
            }
            document.title = next.title;
            const after = addresses(document);
            if (before.join() !== after.join()) {
              news.textContent = `The WAN address is now ${after.join(", ")}.`;
              document.querySelectorAll(".address").forEach((card, i) => card.classList.toggle("new", before[i] !== after[i]));
            }
            tick();
          };
          let last = new Date();
          let lost = false;
          const poll = async () => {
            if (document.hidden) return;
            try {
              const answer = await fetch(`${location.pathname}?update`, { cache: "no-store", signal: AbortSignal.timeout(4000) });
              if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
              const next = new DOMParser().parseFromString(await answer.text(), "text/html");
              if (!next.getElementById("now")) throw new Error("another page");
              show(next);
              last = new Date();
              if (lost) news.textContent = "The connection is back.";
              lost = false;
              connection.textContent = `live, ${last.toLocaleTimeString()}`;
            } catch (error) {
              if (!lost) news.textContent = "The connection is lost.";
              lost = true;
              connection.textContent = `no answer since ${last.toLocaleTimeString()} (${error.message})`;
            }
            connection.classList.toggle("lost", lost);
          };
          synchronise(document);
          localize(document);
          tick();
          setInterval(tick, 1000);
          setInterval(poll, 5000);
          document.addEventListener("visibilitychange", poll);
        })();

        """
}
