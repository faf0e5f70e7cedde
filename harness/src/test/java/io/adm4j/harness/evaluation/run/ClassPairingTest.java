package io.adm4j.harness.evaluation.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.feedback.UserError;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClassPairingTest {
    private static final List<String> BUNDLE = List.of("T-shirt/top", "Trouser", "Bag");

    @Test
    void numbersPairWithNumbers() {
        ClassPairing pairing = pair(ImageClasses.numbered(3, 7), ImageClasses.numbered(7, 3, 1), List.of());

        assertArrayEquals(new int[] {3, 7}, pairing.samples().labels());
        assertArrayEquals(new int[] {7, 3, 1}, pairing.reference().labels());
        assertTrue(pairing.samples().names().isEmpty());
    }

    @Test
    void namesPairWithNamesOfTheReference() {
        ClassPairing pairing = pair(
                new ImageClasses(new int[] {0, 1, 1}, List.of("dog", "Polar-Bear")),
                new ImageClasses(new int[] {0, 1, 2}, List.of("cat", "dog", "polar bear")),
                BUNDLE);

        assertArrayEquals(new int[] {1, 2, 2}, pairing.samples().labels());
        assertEquals("polar bear", pairing.samples().name(2));
    }

    @Test
    void equalNamesComeBeforeAlikeOnes() {
        ClassPairing pairing = pair(
                new ImageClasses(new int[] {0, 1}, List.of("a b", "a-b")),
                new ImageClasses(new int[] {0, 1}, List.of("a-b", "a b")),
                List.of());

        assertArrayEquals(new int[] {1, 0}, pairing.samples().labels());
    }

    @Test
    void namesPairWithNumbersByTheBundle() {
        ImageClasses named = new ImageClasses(new int[] {0, 1}, List.of("bag", "t-shirt_top"));
        ImageClasses numbered = ImageClasses.numbered(0, 1, 2);

        assertArrayEquals(
                new int[] {2, 0}, pair(named, numbered, BUNDLE).samples().labels());
        assertArrayEquals(
                new int[] {2, 0, -1},
                pair(
                                ImageClasses.numbered(0, 2),
                                new ImageClasses(new int[] {0, 1, 2}, List.of("bag", "t-shirt_top", "zebra")),
                                BUNDLE)
                        .reference()
                        .labels());
    }

    @Test
    void whatCannotBePairedIsRefusedWithBothLists() {
        ImageClasses named = new ImageClasses(new int[] {0, 1}, List.of("cat", "dog"));
        refused("the samples have cat, dog; the reference has 0, 1.", named, ImageClasses.numbered(0, 1));
        refused("the samples have 0, 1; the reference has cat, dog.", ImageClasses.numbered(0, 1), named);
        refused(
                "the samples have cat, dog; the reference has cat, emu.",
                named,
                new ImageClasses(new int[] {0, 1}, List.of("cat", "emu")));
        refused(
                "the samples have 0, 1; the reference has 2, 3.",
                ImageClasses.numbered(0, 1),
                ImageClasses.numbered(2, 3));
        refused("0, 1, 2, 3", ImageClasses.numbered(0, 1, 2, 3), named);
    }

    private static void refused(String part, ImageClasses samples, ImageClasses reference) {
        UserError error = assertThrows(UserError.class, () -> pair(samples, reference, BUNDLE));
        assertTrue(error.getMessage().contains(part), error.getMessage());
    }

    private static ClassPairing pair(ImageClasses samples, ImageClasses reference, List<String> bundle) {
        return ClassPairing.of(samples, reference, bundle);
    }
}
