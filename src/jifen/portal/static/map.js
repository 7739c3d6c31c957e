// The map of a register that moves: the same districts and entries as the drawn one, on Leaflet, without a base map of others.
// Entries that stand together at a scale share one point, which lists them. Without this file the drawn map stays.
"use strict";
(() => {
  const frame = document.querySelector("[data-map]");
  if (!frame || !window.L) return;
  const { areas, points } = JSON.parse(document.getElementById("map-places").textContent);
  const words = frame.dataset, drawn = frame.querySelector("svg");
  const TOGETHER = 32; // pixels: points are 28 wide, and each can be hit

  const live = document.createElement("div");
  live.className = "live-map";
  live.setAttribute("role", "group");
  live.setAttribute("aria-label", drawn.getAttribute("aria-label"));
  frame.prepend(live);
  frame.classList.add("live");
  const moves = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(live, {
    fadeAnimation: moves, zoomAnimation: moves, markerZoomAnimation: moves, inertia: moves,
    attributionControl: false, zoomControl: false, scrollWheelZoom: false, dragging: !L.Browser.mobile,
    zoomSnap: 0.5, minZoom: 7, maxZoom: 16, renderer: L.svg({ padding: 0.5 }),
  });
  L.control.zoom({ position: "bottomright", zoomInTitle: words.in, zoomOutTitle: words.out }).addTo(map);
  map.on("focus click", () => map.scrollWheelZoom.enable()).on("blur", () => map.scrollWheelZoom.disable());
  map.fitBounds(L.latLngBounds(points.map((p) => p.at)), { padding: [36, 36], maxZoom: 12 });

  const names = [...areas].sort((a, b) => b.r - a.r).map((area) => {
    L.circle(area.at, { radius: area.r, className: "area", interactive: false }).addTo(map);
    const text = document.createElement("span");
    text.textContent = area.name;
    L.marker(area.at, { icon: L.divIcon({ className: "area-label", html: text, iconSize: [0, 0] }), interactive: false, keyboard: false }).addTo(map);
    return { area, text };
  });

  const listed = (group) => {
    const list = document.createElement("ul");
    list.className = "map-list";
    list.append(...group.map((p) => {
      const item = document.createElement("li"), link = document.createElement("a"), other = document.createElement("span");
      link.href = "#e-" + p.id;
      link.textContent = p.name;
      other.lang = words.other;
      other.textContent = p.other === p.name ? "" : p.other;
      item.append(link, other);
      if (!p.exact) item.append(Object.assign(document.createElement("span"), { textContent: words.rough }));
      return item;
    }));
    return list;
  };

  const pin = (group) => {
    const many = group.length > 1, html = document.createElement("span");
    html.textContent = many ? String(group.length) : "";
    const className = "pin" + (many ? " many" : "") + (group.some((p) => p.exact) ? "" : " rough");
    const marker = L.marker(group[0].at, { icon: L.divIcon({ className, html, iconSize: [28, 28] }), riseOnHover: true });
    marker.bindPopup(listed(group), { maxHeight: Math.min(260, live.clientHeight - 130), maxWidth: 280, minWidth: 140 });
    marker.on("add", () => {
      const button = marker.getElement();
      button.setAttribute("aria-label", many ? words.here + group.map((p) => p.name).join(words.separator) : group[0].name);
      button.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        event.stopPropagation();
        marker.openPopup();
        marker.getPopup().getElement()?.querySelector("a")?.focus();
      });
    });
    marker.on("popupopen", ({ popup }) => {
      const close = popup.getElement().querySelector(".leaflet-popup-close-button");
      close.setAttribute("aria-label", words.close);
      popup.getElement().onkeydown = (event) => { if (event.key === "Escape") marker.closePopup(); };
    });
    marker.on("popupclose", ({ popup }) => { if (popup.getElement()?.contains(document.activeElement)) marker.getElement()?.focus(); });
    return marker;
  };

  const pins = L.layerGroup().addTo(map);
  const draw = () => {
    const groups = [];
    for (const p of points) {
      const at = map.project(p.at);
      const near = groups.find((g) => g.at.distanceTo(at) < TOGETHER);
      if (near) near.all.push(p);
      else groups.push({ at, all: [p] });
    }
    pins.clearLayers();
    for (const g of groups) pins.addLayer(pin(g.all));
    name(groups);
  };
  // The name of a district stands under its middle, the larger district first; one that would cover a point or another name waits.
  const name = (groups) => {
    const taken = groups.map(({ at }) => [at.x - 14, at.y - 14, at.x + 14, at.y + 14]);
    for (const { area, text } of names) {
      const at = map.project(area.at), half = text.offsetWidth / 2 + 2;
      const box = [at.x - half, at.y + 15, at.x + half, at.y + 33];
      const free = taken.every((t) => t[0] > box[2] || t[2] < box[0] || t[1] > box[3] || t[3] < box[1]);
      text.classList.toggle("waits", !free);
      if (free) taken.push(box);
    }
  };
  map.on("zoomend", draw);
  draw();
})();
