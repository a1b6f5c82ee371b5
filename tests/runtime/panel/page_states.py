"""The panel in each of its states, for tests of how it looks: every tab, menu, field and message.

for name in show_states(page, publisher, status):
    ...                                        # the page is in the state of this name
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from protocol.messages import FaceStatus, Status, TakeStatus
from runtime.publishers.browser import BrowserPublisher
from tests.waiting import until

#: Name -> what brings the page there; each undoes the state before it. `$` finds one element.
STATES = {
    "avatars": "tab('avatars')",
    "avatar menu": "$('[data-key=\"more ines\"]').click()",
    "takes": "close(); tab('takes')",
    "take menu": "$('#take-list .more').click()",
    "take renamed": "$('#take-menu button').click()",
    "trackers": "tab('drivers'); $('#network-open').checked = true; $('#network-open').oninput()",
    "outputs": "tab('outputs')",
    "health": "tab('health')",
    "keys in every program": "$('#global-keys').open = true",
    "look menu": "$('.more-look').click()",
    "look saved": "close(); $('#look-save').click()",
    "message": "$('#look-done').click(); $('.more-look').click(); $('#look-menu button:last-child').click()",
    "slider found": "const find = $('#find'); find.value = 'smile'; find.dispatchEvent(new Event('input'))",
    "file over the page": "$('#find').value = ''; $('#find').dispatchEvent(new Event('input')); $('#drop').hidden = false",
}
#: A step of the dialog that calibrates, with the longest words.
_CALIBRATION = """
const dialog = document.getElementById('calibration');
if (!dialog.open) document.getElementById('network-calibrate').click();
for (const section of dialog.querySelectorAll('[data-step]')) section.hidden = section.dataset.step !== arguments[0];
const words = {'calibration-error': 'No face was seen in the first step (at rest).', 'calibration-count': '12 of 14',
  'calibration-ask': 'Keep your head still and look to YOUR LEFT with your eyes', 'calibration-phase': 'Hold it',
  'calibration-note': 'Your face was not seen for long enough: once more.'};
for (const [where, said] of Object.entries(words)) document.getElementById(where).textContent = said;
document.getElementById('calibration-error').hidden = arguments[0] !== 'intro';
dialog.classList.toggle('holding', arguments[0] === 'guide');
const changes = ['Turned head: the other way round, 2.0 times as strong', 'As before: Smile, frown, look up, look down'];
document.getElementById('calibration-changes').replaceChildren(...changes.map((each) =>
  Object.assign(document.createElement('li'), {textContent: each})));
"""
CALIBRATION_STEPS = ("intro", "guide", "result")
STEPS = ("choose", "camera", "busy", "crop", "preview")
_IN_PAGE = """
const $ = (selector) => document.querySelector(selector);
const tab = (name) => {
  $(`#tab-${name}`).click();
  for (const fold of document.querySelectorAll(`#${name} details`)) fold.open = true;
};
const close = () => { for (const menu of document.querySelectorAll('.menu:popover-open')) menu.hidePopover(); };
"""
#: A step of the dialog as it is, with the words that the runtime would say, and two faces to choose from.
_STEP = """
for (const section of document.querySelectorAll('#maker [data-step]'))
  section.hidden = section.dataset.step !== arguments[0];
const words = {'#maker-error': 'No face was found.', '#busy-step': 'Painting the face'};
for (const [where, said] of Object.entries(words)) document.querySelector(where).textContent = said;
document.querySelector('#maker-error').hidden = false;
document.querySelector('#leave').hidden = arguments[0] !== 'preview';
const faces = document.querySelector('#crop-faces');
for (let face = faces.children.length; face <= 2; face++) {
  const label = faces.appendChild(document.createElement('label'));
  label.innerHTML = `<input type="radio" name="face" value="${face}"><span>Face ${face}</span>`;
}
document.querySelector('#maker-warnings').innerHTML = 
  '<li>The face is only 63 pixels high and will look soft; 320 or more are better.</li>';
"""


def show_states(page: Chrome, publisher: BrowserPublisher, status: Status) -> Iterator[str]:
    """Bring the page into each of STATES; gives the name of each. The lists must be those of `full_catalogs`."""
    takes = TakeStatus(recording="a long name of a take that is recorded", recorded_s=61.0, recorded=9)
    told = msgspec.structs.replace(
        status,
        takes=takes,
        worn="ines",
        rest="portrait",
        faces=[
            FaceStatus(name="streamer", panel_port=publisher.port),
            FaceStatus(name="a guest with a long name", panel_port=1, failure="no avatar"),
        ],
        background="The-living-room-at-noon-with-the-large-window",
    )
    publisher.publish_status(told)
    until(lambda: "Aoi" in str(page.find_element(By.ID, "facts").get_property("textContent")))
    until(lambda: page.find_elements(By.CSS_SELECTOR, "#background-list [aria-pressed=true]"))
    until(lambda: page.find_elements(By.CSS_SELECTOR, "[data-key='more ines']"))
    until(lambda: len(page.find_elements(By.CSS_SELECTOR, "#take-list .more")) == 2)
    page.execute_script(
        "[...document.querySelectorAll('.feeling')].find((one) => one.textContent === 'angry').click();"
        "document.getElementById('look-save').click(); document.getElementById('look-name').value = 'Grim and tired';"
        "document.getElementById('look-done').click()"
    )
    for name, script in STATES.items():
        page.execute_script(_IN_PAGE + script)
        if name == "trackers":
            until(lambda: page.find_element(By.ID, "network-addresses").text)
            until(lambda: page.find_element(By.ID, "webcam-line").text)
        yield name
    page.execute_script(
        "document.getElementById('drop').hidden = true; document.getElementById('tab-drivers').click()"
    )
    until(lambda: page.find_element(By.ID, "network-calibrate").is_displayed())
    for step in CALIBRATION_STEPS:
        page.execute_script(_CALIBRATION, step)
        yield f"calibration: {step}"
    page.execute_script(
        "document.getElementById('calibration').close(); document.getElementById('tab-avatars').click()"
    )
    page.execute_script("document.querySelector('.avatar.new').click()")
    for step in STEPS:
        page.execute_script(_STEP, step)
        yield f"dialog: {step}"
    page.execute_script("document.getElementById('maker').close()")
