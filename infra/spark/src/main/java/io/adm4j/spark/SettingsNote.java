package io.adm4j.spark;

import io.adm4j.feedback.UserError;
import io.adm4j.harness.sampling.SettingsDifference;

/** The note of the settings in a folder of finished work, by which work of other settings is not mixed with it. */
final class SettingsNote {
    /** Name of the file. */
    static final String NAME = "settings.json";

    private SettingsNote() {}

    /**
     * Compares settings with those of the folder, or notes them if it has none.
     *
     * @param settings as JSON
     * @param work what the folder holds, such as "images of"
     * @throws UserError if they differ
     */
    static void agree(RemoteFolder folder, String settings, String work) {
        if (!folder.has(NAME)) {
            folder.putText(NAME, settings);
        }
        // Another process may have noted its own at the same time.
        String then = folder.text(NAME);
        if (!then.equals(settings)) {
            throw new UserError(folder.address() + " holds " + work + " other settings"
                    + SettingsDifference.between(then, settings)
                    + ": use those settings, choose another --out, or remove the folder.");
        }
    }
}
