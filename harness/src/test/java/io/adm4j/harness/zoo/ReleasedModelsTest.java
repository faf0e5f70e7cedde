package io.adm4j.harness.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adm4j.diffusion.DiffusionConfig;
import io.adm4j.feedback.UserError;
import io.adm4j.sampling.SamplerKind;
import io.adm4j.sampling.StepChoice;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReleasedModelsTest {
    private final ReleasedModels released = ReleasedModels.load();

    /** The model sizes in the paper's tables 11, 12 and 13, in millions; 0 for no classifier. */
    @ParameterizedTest
    @CsvSource({
        "imagenet64, 296, 65", "imagenet128, 422, 43", "imagenet256, 554, 54", "imagenet512, 559, 54",
        "imagenet64-256, 312, 0", "imagenet128-512, 309, 0", "lsun-bedroom, 552, 0", "lsun-horse-nodropout, 552, 0"
    })
    void networksHaveThePapersSizes(String name, int denoiser, int classifier) {
        ReleasedModel model = released.model(name);

        // The paper rounds some sizes and cuts others.
        assertEquals(denoiser, model.denoiser().parameterCount() / 1e6, 1);
        assertEquals(
                classifier,
                model.classifier().map(c -> c.parameterCount() / 1e6).orElse(0.0),
                1);
    }

    @Test
    void everyPublishedFileIsThere() {
        Set<String> names = new TreeSet<>();
        released.models().forEach(m -> released.filesOf(m.name()).forEach(f -> names.add(f.name())));

        assertEquals(
                Set.of(
                        "64x64_diffusion.pt",
                        "64x64_classifier.pt",
                        "128x128_diffusion.pt",
                        "128x128_classifier.pt",
                        "256x256_diffusion.pt",
                        "256x256_diffusion_uncond.pt",
                        "256x256_classifier.pt",
                        "512x512_diffusion.pt",
                        "512x512_classifier.pt",
                        "64_256_upsampler.pt",
                        "128_512_upsampler.pt",
                        "lsun_bedroom.pt",
                        "lsun_cat.pt",
                        "lsun_horse.pt",
                        "lsun_horse_nodropout.pt"),
                names);
    }

    @Test
    void everyEntryIsSound() {
        for (ReleasedModel model : released.models()) {
            assertEquals(
                    1000, DiffusionConfig.fromJson(model.denoiser().flags()).diffusionSteps());
            assertTrue(model.denoiser().flags().get("learn_sigma").asBoolean());
            assertFalse(model.settings().isEmpty());
            assertFalse(model.results().isEmpty());
            model.results()
                    .forEach(r -> assertTrue(Set.of("fid", "sfid", "precision", "recall", "inception_score")
                            .containsAll(r.scores().keySet())));
            assertEquals(1, released.filesOf(model.reference()).size());
            model.upsamples()
                    .map(released::model)
                    .ifPresent(base -> assertEquals(
                            base.imageSize(),
                            model.denoiser().flags().get("small_size").asInt()));
            model.classifier()
                    .ifPresent(c -> assertEquals(
                            model.imageSize(), c.flags().get("image_size").asInt()));
        }
    }

    /** The paper's table 14, and the published documentation for the unconditional model. */
    @ParameterizedTest
    @CsvSource({
        "imagenet64, 1.0, -1",
        "imagenet128, 0.5, 1.25",
        "imagenet256, 1.0, 2.5",
        "imagenet512, 4.0, 9.0",
        "imagenet256-uncond, 10.0, -1",
        "lsun-cat, -1, -1"
    })
    void guidanceScalesAreThePublishedOnes(String name, double full, double ddim) {
        ReleasedModel model = released.model(name);

        assertEquals(
                full < 0 ? OptionalDouble.empty() : OptionalDouble.of(full),
                model.guidanceScale(SamplerKind.DDPM, StepChoice.of(250)));
        assertEquals(
                ddim < 0 ? OptionalDouble.empty() : OptionalDouble.of(ddim),
                model.guidanceScale(SamplerKind.DDIM, StepChoice.strided(25)));
    }

    @Test
    void filesKeepThePublishersAddresses() {
        ReleasedFile file = released.filesOf("reference-imagenet256").get(0);

        assertEquals("VIRTUAL_imagenet256_labeled.npz", file.name());
        assertEquals(
                "https://openaipublic.blob.core.windows.net/diffusion/jul-2021/ref_batches/imagenet/256/VIRTUAL_imagenet256_labeled.npz",
                file.address().toString());
    }

    @Test
    void othersNetworksHaveTheirOwnAddresses() {
        ReleasedFile dino = released.filesOf("dinov2-vitl14").get(0);
        assertEquals(
                "https://dl.fbaipublicfiles.com/dinov2/dinov2_vitl14/dinov2_vitl14_pretrain.pth",
                dino.address().toString());
        assertTrue(dino.sha256().isEmpty() && dino.leastBytes() > 1_000_000_000);
        // Both publishers put the checksum into the address.
        for (String name : new String[] {"clip-vit-b-32", "clip-vit-l-14", "vgg16"}) {
            ReleasedFile file = released.filesOf(name).get(0);
            String sha256 = file.sha256().orElseThrow();
            assertEquals(64, sha256.length());
            assertTrue(
                    file.address().toString().contains(name.equals("vgg16") ? sha256.substring(0, 8) : sha256), name);
        }
    }

    @Test
    void classNamesTellAllClassesApart() {
        List<String> names = ReleasedModels.imageNetClasses();

        assertEquals(1000, names.size());
        Set<String> different = new HashSet<>();
        names.forEach(n -> different.add(n.toLowerCase(Locale.ROOT)));
        assertEquals(1000, different.size());
        assertTrue(names.stream().noneMatch(n -> n.contains(",") || n.isBlank()), "lists of labels are cut at commas");
        assertEquals("goldfish", names.get(1));
        assertEquals("flamingo", names.get(130));
        assertEquals("cheeseburger", names.get(933));
    }

    @Test
    void nearNamesAreListed() {
        assertTrue(message("imgnet256").contains("did you mean imagenet256"));
        assertTrue(message("LSUN_Bedroom").contains("lsun-bedroom"));
        assertTrue(message("lsun").contains("lsun-bedroom or lsun-cat or lsun-horse"), message("lsun"));
        assertTrue(message("stable-diffusion-xl-base").contains("there are imagenet64, imagenet128"));
    }

    private String message(String name) {
        return assertThrows(UserError.class, () -> released.model(name)).getMessage();
    }
}
