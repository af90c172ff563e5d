# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Outputs of programs that docs/record-windows.ps1 recorded on a real Windows: {"recorded": {"outputs": {command line: {exit_code, lines}}}}.
# They take the place of what a stand-in would say, until the program is called with a command line that was not recorded, which may change
# what it says.

$global:GuestStandIns = @{}
$lines = @((Read-SimulatedGuest).recorded.outputs.PSObject.Properties.Name) -ne $null
foreach ($program in @($lines | ForEach-Object { $_.Split(' ')[0] } | Sort-Object -Unique)) {
    if (-not (Test-Path -LiteralPath "Function:\$program")) { continue }
    $global:GuestStandIns[$program] = (Get-Item -LiteralPath "Function:\$program").ScriptBlock
    Set-Item -LiteralPath "Function:\$program" -Value {
        $program = $MyInvocation.MyCommand.Name
        $recorded = (Read-SimulatedGuest).recorded
        $output = $recorded.outputs.PSObject.Properties["$program $args"]
        if ($output) { $global:LASTEXITCODE = $output.Value.exit_code; return $output.Value.lines }
        foreach ($old in @($recorded.outputs.PSObject.Properties.Name) -like "$program *") { $recorded.outputs.PSObject.Properties.Remove($old) }
        Set-SimulatedSection recorded $recorded
        & $global:GuestStandIns[$program] @args
    }
}
