// PACS Lab's tiles in JupyterLab's launcher, and the commands behind them. Written by hand: it
// needs no build step. JupyterLab loads it as a module container (`init`, `get`), and shares its
// own packages with it.
(() => {
  const LESSON = "00-start-here.ipynb";
  const CONSOLE = "console.ipynb";
  const CATEGORY = "PACS Lab";
  let share = null;

  async function shared(name) {
    const versions = Object.values(share[name] || {});
    if (!versions.length) throw new Error(`JupyterLab has no ${name}`);
    const factory = await versions[0].get();
    return factory();
  }

  const drawn = (body) =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24"><g fill="none" ` +
    `stroke="#1e88e5" stroke-width="2" stroke-linejoin="round">${body}</g></svg>`;
  const PICTURES = {
    lessons: '<path d="M3 5h7l2 2 2-2h7v14h-7l-2 2-2-2H3zM12 7v13"/>',
    console: '<path d="M3 4h8v7H3zM13 4h8v4h-8zM13 11h8v9h-8zM3 14h8v6H3z"/>',
    viewer: '<rect x="3" y="3" width="18" height="18"/><circle cx="12" cy="12" r="5"/><path d="M12 3v4M12 17v4"/>',
    terminal: '<rect x="2" y="4" width="20" height="16"/><path d="M6 9l3 3-3 3M12 15h5"/>',
  };

  // The launcher puts categories it does not know last; ours is what a trainee looks for.
  const ORDER = `.jp-Launcher-content { display: flex; flex-direction: column; }
    .jp-Launcher-section:has([data-category="${CATEGORY}"]) { order: -1; }`;

  function ourTilesFirst() {
    const style = document.createElement("style");
    style.textContent = ORDER;
    document.head.append(style);
  }

  // The heading of a panel's folded part is a plain box: let the keyboard reach and press it, too.
  const HEADING = ".pl-panel .jupyter-widget-Collapse-header";

  function foldsByKeyboard() {
    const reach = (heading) => {
      heading.tabIndex = 0;
      heading.setAttribute("role", "button");
    };
    const look = () => document.querySelectorAll(`${HEADING}:not([role])`).forEach(reach);
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
    const press = (event) => {
      if (!["Enter", " "].includes(event.key) || !event.target.matches?.(HEADING)) return;
      event.preventDefault();
      event.stopPropagation();
      event.target.click();
    };
    document.addEventListener("keydown", press, true);
  }

  async function plugin() {
    const [launchers, ui, lumino, apputils, services, coreutils] = await Promise.all([
      shared("@jupyterlab/launcher"),
      shared("@jupyterlab/ui-components"),
      shared("@lumino/widgets"),
      shared("@jupyterlab/apputils"),
      shared("@jupyterlab/services"),
      shared("@jupyterlab/coreutils"),
    ]);

    async function facts() {
      const settings = services.ServerConnection.makeSettings();
      const url = coreutils.URLExt.join(settings.baseUrl, "pacslab/facts");
      const answer = await services.ServerConnection.makeRequest(url, {}, settings);
      return answer.json();
    }

    function frame(study) {
      const place = coreutils.URLExt.join(coreutils.PageConfig.getBaseUrl(), "pacslab/viewer/");
      const inner = new lumino.Widget({ node: document.createElement("iframe") });
      inner.node.src = study
        ? `${place}viewer?StudyInstanceUIDs=${encodeURIComponent(study)}`
        : place;
      inner.node.title = "OHIF viewer";
      inner.node.className = "pacslab-viewer";
      inner.node.style.cssText = "border:0;width:100%;height:100%";
      const tab = new apputils.MainAreaWidget({ content: inner });
      tab.toolbar.hide();
      tab.title.label = "Viewer";
      tab.title.caption = "OHIF viewer: for training, not for diagnosis";
      tab.title.closable = true;
      return tab;
    }

    async function openViewer(app, study) {
      const found = await facts();
      if (found.viewer) {
        const tab = frame(study);
        app.shell.add(tab, "main");
        app.shell.activateById(tab.id);
        return;
      }
      const answer = await apputils.showDialog({
        title: "The OHIF viewer is not here yet",
        body: `${found.how} Until then the console's own viewer shows the images.`,
        buttons: [
          apputils.Dialog.cancelButton(),
          apputils.Dialog.okButton({ label: "Open the console" }),
        ],
      });
      if (answer.button.accept) await app.commands.execute("pacslab:console");
    }

    async function openTerminal(app) {
      const made = await app.commands.execute("terminal:create-new");
      const session = made && made.content && made.content.session;
      if (session) session.send({ type: "stdin", content: ["pacslab hints\r"] });
      return made;
    }

    return {
      id: "pacslab:launcher",
      description: "Tiles for lessons, console, viewer and terminal.",
      autoStart: true,
      optional: [launchers.ILauncher],
      activate: (app, launcher) => {
        ourTilesFirst();
        foldsByKeyboard();
        const rows = [
          ["lessons", "Lessons", "Open the first lesson", () =>
            app.commands.execute("docmanager:open", { path: LESSON })],
          ["console", "Console", "Every panel of the hospital on one page", () =>
            app.commands.execute("docmanager:open", { path: CONSOLE })],
          ["viewer", "Viewer (OHIF)", "Look at the archive's images in the OHIF viewer", (args) =>
            openViewer(app, args.study)],
          ["terminal", "Terminal", "A terminal that begins with this hospital's addresses", () =>
            openTerminal(app)],
        ];
        rows.forEach(([name, label, caption, execute], rank) => {
          const icon = new ui.LabIcon({ name: `pacslab:${name}`, svgstr: drawn(PICTURES[name]) });
          const command = `pacslab:${name}`;
          app.commands.addCommand(command, { label, caption, icon, execute });
          if (launcher) launcher.add({ command, category: CATEGORY, rank });
        });
      },
    };
  }

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB.pacslab = {
    init: (scope) => { share = scope; },
    get: async () => {
      const made = await plugin();
      return () => ({ __esModule: true, default: made });
    },
  };
})();
