# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# The boot configuration: its elements are in the registry, as on Windows; "commands.bcdedit" holds what the stand-in shows as text,
# {entries: {identifier: {name: value}}}, {refuses: [names]}, and {words} for the language of the output.

function Resolve-BootObject {
    [CmdletBinding()] param([string]$Name)
    $bootManager = '{9dea862c-5cdd-4e70-acc1-f32b344d4795}'
    switch ($Name) {
        '{bootmgr}' { $bootManager }
        '{emssettings}' { '{0ce4991b-e6b3-4b16-b23c-5e0d9250e5d9}' }
        default { (Get-ItemProperty -LiteralPath "HKLM:\BCD00000000\Objects\$bootManager\Elements\23000003").Element }
    }
}

# Integers have 8 bytes, truth values one: https://learn.microsoft.com/previous-versions/windows/desktop/bcd/bcdlibraryelementtypes [D], bytes [K]
function Set-BootElement {
    [CmdletBinding()] param([string]$Object, [string]$Type, [byte[]]$Bytes)
    $key = "HKLM:\BCD00000000\Objects\$(Resolve-BootObject $Object)\Elements\$Type"
    $null = New-Item -Path $key -Force
    $null = New-ItemProperty -LiteralPath $key -Name Element -PropertyType Binary -Value $Bytes -Force
}

# https://learn.microsoft.com/windows-hardware/drivers/devtest/bcdedit--set [D], --ems [D], --emssettings [D]; /enum: its output [K]
function bcdedit.exe {
    $boot = Get-SimulatedAnswer bcdedit
    $global:LASTEXITCODE = 0
    $integers = @{ timeout = '25000004'; EMSPORT = '15000022'; EMSBAUDRATE = '15000023'; bootstatuspolicy = '250000e0' }
    $truths = @{ recoveryenabled = '16000009'; displaybootmenu = '26000020'; bootems = '16000020' }
    if ($args.Count -gt 2 -and @($boot.refuses) -contains $args[2]) { $global:LASTEXITCODE = 1; return 'The value is protected by Secure Boot policy.' }
    switch ($args[0]) {
        '/enum' {
            $identifier = Resolve-BootObject $args[1]
            if (-not $boot.entries.PSObject.Properties[$identifier]) { $global:LASTEXITCODE = 1; return 'The system cannot find the file specified.' }
            if ($boot.words) { $boot.words } else { 'Windows Boot Loader', '-------------------' }
            "identifier              $(if ($args -contains '/v') { $identifier } else { $args[1] })"
            foreach ($element in $boot.entries.$identifier.PSObject.Properties) { '{0,-23} {1}' -f $element.Name, $element.Value }
        }
        '/set' {
            $name, $value = $args[2], $args[3]
            if ($name -eq 'bootstatuspolicy') { $value = @('DisplayAllFailures', 'IgnoreAllFailures').IndexOf($value) }
            if ($integers[$name]) { Set-BootElement $args[1] $integers[$name] ([BitConverter]::GetBytes([int64]$value)) }
            elseif ($truths[$name]) { Set-BootElement $args[1] $truths[$name] ([byte]($value -in 'yes', 'on')) }
            else {
                $shown = if ($name -eq 'integrityservices') { $value.Substring(0, 1).ToUpperInvariant() + $value.Substring(1) } else { $value }
                $boot.entries.(Resolve-BootObject $args[1]) | Add-Member -MemberType NoteProperty -Name $name -Value $shown -Force
                Set-SimulatedAnswer bcdedit $boot
            }
        }
        '/ems' { Set-BootElement $args[1] '260000b0' ([byte]($args[2] -eq 'ON')) }
        '/emssettings' {
            foreach ($setting in $args[1], $args[2]) {
                $name, $number = $setting.Split(':')
                Set-BootElement '{emssettings}' $integers[$name] ([BitConverter]::GetBytes([int64]$number))
            }
        }
        default { throw "no stand-in for bcdedit.exe $args" }
    }
}
