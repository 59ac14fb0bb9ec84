import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.InternalSettingsPreparer;

/**
 * An OpenSearch node for tests, with the modules that khsearch needs from the class path.
 *
 * Arguments: the node's folder, then settings, KEY=VALUE each. The property "node.until" may hold the id of a process:
 * the node ends when that one does.
 */
public final class LocalNode extends PluginNode {
    private LocalNode(Environment environment) throws ReflectiveOperationException {
        super(environment);
    }

    public static void main(String[] args) throws Exception {
        Path home = Path.of(args[0]).toAbsolutePath();
        Path config = Files.createDirectories(home.resolve("config"));
        Map<String, String> settings = new HashMap<>(Map.of("path.home", home.toString()));
        for (String argument : List.of(args).subList(1, args.length)) {
            String[] pair = argument.split("=", 2);
            settings.put(pair[0], pair[1]);
        }
        Environment environment = InternalSettingsPreparer.prepareEnvironment(
            Settings.EMPTY, settings, config, () -> settings.get("node.name"));
        LocalNode node = new LocalNode(environment);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node)));
        node.start();
        waitFor(Long.getLong("node.until"));
    }

    /** Return when a process has ended; without one, never. */
    private static void waitFor(Long process) throws InterruptedException {
        // The process may be another user's, of which `onExit` of ProcessHandle knows nothing.
        Optional<ProcessHandle> watched = Optional.ofNullable(process).map(id -> ProcessHandle.of(id).orElse(null));
        while (process == null || watched.map(ProcessHandle::isAlive).orElse(false)) {
            Thread.sleep(1_000);
        }
        System.exit(0);
    }

    private static void close(LocalNode node) {
        try {
            node.close();
        } catch (java.io.IOException problem) {
            problem.printStackTrace();
        }
    }
}
